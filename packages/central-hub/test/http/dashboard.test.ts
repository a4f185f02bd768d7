import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { QUICK_DISK } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../hub.ts';

const PAGE = '<!doctype html><title>LeadMaster</title>';
const SCRIPT = 'console.log("a script")';

/** A folder as a build leaves it. */
function built(): string {
  const folder = mkdtempSync(join(QUICK_DISK, 'leadmaster-dashboard-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), PAGE);
  writeFileSync(join(folder, 'assets', 'index-abc.js'), SCRIPT);
  writeFileSync(join(folder, 'secret.txt'), 'not for the page');
  return folder;
}

test('every view is the page, without a key, under a policy that runs our own files alone and lets it into no frame', async () => {
  const { ask } = await hubOver([], { dashboard: built() });
  const places = ['/machines', '/machines/new', '/tenants', '/tenants/new', '/keys', '/keys/new', '/audit'];
  for (const path of ['/', '/sign-in', '/new', '/sessions/acme.ventas', '/sessions/acme.ventas/', ...places]) {
    const { status, headers, text } = await ask(path, { key: null });
    expect([path, status, text]).toEqual([path, 200, PAGE]);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-cache',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    });
    const policy = String(headers['content-security-policy']);
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) {
      expect(policy.split('; ')).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|data:|https?:|\*/);
  }
});

test('files that are named by their content are kept for good, and packed where that is taken', async () => {
  const { ask, port } = await hubOver([], { dashboard: built() });
  const plain = await ask('/assets/index-abc.js', { key: null });
  expect([plain.text, plain.headers['content-encoding']]).toEqual([SCRIPT, undefined]);
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    vary: 'accept-encoding',
  });
  const packed = await fetch(`http://127.0.0.1:${port}/assets/index-abc.js`);
  expect([packed.headers.get('content-encoding'), await packed.text()]).toEqual(['gzip', SCRIPT]);
  const refused = await ask('/assets/index-abc.js', { key: null, headers: { 'accept-encoding': 'gzip;q=0' } });
  expect(refused.headers['content-encoding']).toBeUndefined();
});

test('nothing but the built files is served, and only at the address of the hub', async () => {
  const { ask } = await hubOver([], { dashboard: built() });
  for (const path of [
    '/assets/none.js',
    '/assets/..%2fsecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/secret.txt',
    '/index.html',
  ]) {
    const { status } = await ask(path, { key: null });
    expect([path, [401, 404].includes(status)]).toEqual([path, true]);
  }
  expect((await ask('/', { key: null, headers: { host: 'evil.example.org' } })).json.code).toBe('misdirected');
  expect((await ask('/', { method: 'POST' })).status).toBe(405);
});

test('a browser at an address that is none gets the page, which says so; a program gets its refusal', async () => {
  const { ask } = await hubOver([], { dashboard: built() });
  const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
  for (const key of [null, undefined]) {
    const { status, text, headers: told } = await ask('/settings/none?a=b', { headers, ...(key === null && { key }) });
    expect([status, text]).toEqual([404, PAGE]);
    expect(told['content-security-policy']).toContain("default-src 'none'");
  }
  expect((await ask('/settings/none')).json.code).toBe('not_found');
  expect((await ask('/settings/none', { key: null })).json.code).toBe('unauthorized');
  for (const path of ['/v1/none', '/assets/none.js', '/link']) {
    expect([path, (await ask(path, { headers })).json.code]).toEqual([path, 'not_found']);
  }
  expect((await ask('/settings/none', { method: 'POST', headers })).json.code).toBe('not_found');
  const elsewhere = await ask('/settings/none', { key: null, headers: { ...headers, host: 'evil.example.org' } });
  expect(elsewhere.json.code).toBe('misdirected');
});

test('where the page was not built, the hub says how to build it, and its API answers', async () => {
  const { ask } = await hubOver([], { dashboard: '/nowhere/at/all' });
  expect((await ask('/', { key: null })).json).toMatchObject({
    status: 404,
    hint: expect.stringContaining('npm start') as string,
  });
  expect((await ask('/v1/me')).status).toBe(200);
});
