import { chmod, mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from '@leadmaster/client';
import { doctorReport } from '@leadmaster/protocol';
import { ADMIN_KEY, QUICK_DISK } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { ownDiagnosis } from '../src/service/own-diagnosis.ts';
import { service } from './harness.ts';

/** A session manager whose host brings the doctor, as `leadmaster start` does. */
async function hosted() {
  const folder = await mkdtemp(join(QUICK_DISK, 'leadmaster-doctor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const env = { ...process.env, LEADMASTER_ENV_FILE: '/dev/null', LEADMASTER_DATA_DIR: dataDir };
  const manager = await service({ dataDir, diagnosis: ownDiagnosis(env) });
  const client = new Client({ url: `http://127.0.0.1:${manager.port}`, key: () => ADMIN_KEY, timeoutMs: 60_000 });
  return { ...manager, client };
}

test('the doctor answers over HTTP beside a running session, and fixes what is safe', {
  timeout: 120_000,
}, async () => {
  const { client, dataDir, given, context } = await hosted();
  await given('a', 'READY');
  const database = join(dataDir, 'session-manager.db');
  await chmod(database, 0o644);
  const before = await client.call('getDoctor');
  expect(doctorReport.parse(before)).toEqual(before);
  expect(before.findings.find(({ id }) => id === 'modes_open')).toMatchObject({ fixable: true, where: database });
  const after = await client.call('fixInstallation', {});
  expect(after.fixed).toMatchObject([{ id: 'modes_open', done: true }]);
  expect((await stat(database)).mode & 0o777).toBe(0o600);
  expect(after.findings.some(({ id }) => id === 'modes_open')).toBe(false);
  // The locks of the service are held still, and its session runs.
  expect((await context.sessions.get('a')).state).toBe('READY');
  const es = await client.call('getDoctor', { query: { lang: 'es' } });
  expect(es.findings.map(({ id }) => id)).toEqual(after.findings.map(({ id }) => id));
  expect(es.findings[0]?.what).not.toBe(after.findings[0]?.what);
});

test('the report is Markdown in the language that is asked for', { timeout: 60_000 }, async () => {
  const { client, given } = await hosted();
  await given('a', 'READY');
  const [en, es] = await Promise.all([
    client.request('getReport', {}),
    client.request('getReport', { query: { lang: 'es' } }),
  ]);
  expect(en.headers.get('content-type')).toMatch(/^text\/markdown/);
  const texts = await Promise.all([en.text(), es.text()]);
  for (const text of texts) expect(text).toMatch(/^# /);
  expect(texts[0]).not.toBe(texts[1]);
});

test('a doctor that cannot look says why, and a host without one says where to find it', {
  timeout: 60_000,
}, async () => {
  const diagnosis = ownDiagnosis({ ...process.env, LEADMASTER_ENV_FILE: '/dev/null', LOGIN_MODE: 'nonsense' });
  const asked = { language: 'en', network: false, fix: false } as const;
  await expect(diagnosis.examine(asked, AbortSignal.timeout(30_000))).rejects.toMatchObject({
    code: 'unprocessable',
    message: expect.stringContaining('LOGIN_MODE'),
  });
  const { port } = await service();
  const client = new Client({ url: `http://127.0.0.1:${port}`, key: () => ADMIN_KEY });
  await expect(client.call('getDoctor')).rejects.toMatchObject({ code: 'unprocessable' });
});

test('a caller that hangs up ends the look', { timeout: 60_000 }, async () => {
  const diagnosis = ownDiagnosis({ ...process.env, LEADMASTER_ENV_FILE: '/dev/null' });
  const caller = new AbortController();
  const look = diagnosis.report('en', caller.signal);
  caller.abort(new Error('gone'));
  await expect(look).rejects.toThrow('gone');
});
