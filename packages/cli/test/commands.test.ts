import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { LeadMasterError, localTime } from '@leadmaster/protocol';
import { createProfileStore } from '@leadmaster/session-manager/profile';
import { unanswered, unknownNumber, vaultOf } from '@leadmaster/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lockDataFolder } from '../../session-manager/src/profile/locks.ts';
import { dataPaths } from '../../session-manager/src/profile/paths.ts';
import { Cli } from '../src/cli.ts';
import { printBanner } from '../src/service/banner.ts';
import { ioOf, run, Sink, service } from './harness.ts';

describe('account', () => {
  test('settles a wrong account by one word, and needs it', async () => {
    const { cli, given, stage } = await service();
    await given('ventas', 'WRONG_ACCOUNT');
    await given('otra', 'WRONG_ACCOUNT');
    stage.showQrs();
    expect((await cli('account ventas')).code).toBe(2);
    expect((await cli('account ventas --accept --unlink')).code).toBe(2);
    expect(await cli('account ventas --accept')).toMatchObject({ code: 0, stdout: expect.stringContaining('READY') });
    expect((await cli('account ventas --accept')).code).toBe(4);
    const { code, stdout } = await cli('account otra --unlink --json');
    expect([code, JSON.parse(stdout).state]).toEqual([0, 'QR_REQUIRED']);
    expect((await cli('account nobody --unlink')).code).toBe(3);
  });
});

describe('a session of a tenant', () => {
  test('is named like any other, and a name out of the rule is told the rule', async () => {
    const { cli, given } = await service();
    expect(await cli('session create acme.ventas --no-start')).toMatchObject({ code: 0 });
    await given('acme.ventas', 'LINKED');
    expect((await cli('where acme.ventas')).stdout).toMatch(/tokens\/acme\.ventas$/m);
    expect(await cli('snapshot create acme.ventas')).toMatchObject({ code: 0 });
    expect((await cli('sessions')).stdout).toMatch(/^acme\.ventas +STOPPED/m);
    expect(await cli('session delete acme.ventas --yes')).toMatchObject({ code: 0 });
    expect(await cli('where acme.ventas.sur')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('as in acme.ventas'),
    });
  });
});

describe('sessions', () => {
  test('where there is none, those that the vault holds are named, by the banner of a start as well', async () => {
    const banner = async ({ env, port }: { env: Record<string, string>; port: number }): Promise<string> => {
      const stdout = new Sink();
      const starting = new Cli(ioOf({ stdout, env: { LEADMASTER_ENV_FILE: '/dev/null', ...env } }), false);
      await printBanner(starting, starting.config, { manager: `http://127.0.0.1:${port}`, hub: null }, null);
      return stdout.text;
    };
    const deleted = await service();
    await deleted.given('old', 'LINKED');
    await deleted.cli('session delete old --yes');
    await expect.poll(async () => (await deleted.snapshots.recoverable()).length).toBe(1);
    expect((await deleted.cli('sessions')).stdout).toBe('No sessions yet. Make the first: ./leadmaster qr NAME\n');
    expect(await banner(deleted)).toContain('Make the first: ./leadmaster qr NAME\n');
    const two = await service(await vaultOf({ caja: 1, ventas: 1 }));
    const said = 'The vault holds caja, ventas: ./leadmaster recover\n';
    expect((await two.cli('sessions')).stdout).toBe(`No sessions yet. ${said}`);
    expect(await banner(two)).toContain(said);
    const many = await service(await vaultOf({ caja: 1, t1: 1, t2: 1, t3: 1, t4: 1, t5: 1, ventas: 1 }));
    expect((await many.cli('sessions')).stdout).toContain('t4, and 2 more: ./leadmaster recover');
  });

  test('a vault that cannot be read, or not soon, delays no list of sessions', async () => {
    const { blobs, cli } = await service();
    blobs.plan({ what: 'fail', times: Number.POSITIVE_INFINITY });
    const said = { code: 0, stdout: 'No sessions yet. Make the first: ./leadmaster qr NAME\n', stderr: '' };
    expect(await cli('sessions')).toEqual(said);
    blobs.heal();
    const { promise, resolve } = Promise.withResolvers<void>();
    onTestFinished(() => resolve());
    blobs.plan({ what: 'wait', until: promise, times: Number.POSITIVE_INFINITY });
    const before = performance.now();
    expect(await cli('sessions')).toEqual(said);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  test('an empty service says how to make the first', async () => {
    const { cli } = await service();
    expect((await cli('sessions')).stdout).toContain('./leadmaster qr NAME');
    expect(JSON.parse((await cli('sessions --json')).stdout)).toEqual([]);
  });

  test('one line each, with its hint beside it', async () => {
    const { blobs, cli, damageVault, engine, given, snapshots, take } = await service();
    await given('soporte', 'LINKED');
    const { id } = await take('soporte');
    await damageVault();
    await snapshots.verify('soporte', id, { drill: false });
    await given('soporte', 'ERROR');
    await given('ventas', 'READY');
    await take('ventas');
    const full = new LeadMasterError('store_full', 'The disk is full.', 'Make room.');
    blobs.plan({ what: 'fail', on: 'put', times: Number.POSITIVE_INFINITY, error: full });
    await expect(take('ventas')).rejects.toThrow('The disk is full.');
    const { stdout, stderr } = await cli('sessions');
    expect(stdout).toMatch(/NAME +STATE +FOR +ACCOUNT +DISK +MEMORY +SNAPSHOT +REASON/);
    expect(stdout).toMatch(/ventas +READY .*5491100000002 Ana/);
    expect(stdout).toMatch(/ventas .*\d s, failing/);
    expect(stdout).toMatch(/soporte .*\d s, DAMAGED/);
    expect(stderr).toContain('ventas: no snapshot could be taken: The disk is full.');
    expect(stderr).toMatch(/soporte: .*Install chromium-headless-shell/);
    await given('cobros', 'READY');
    const run = await engine.runOf('cobros');
    run.tell({ type: 'attention', reason: 'integrity_challenge' });
    run.tell({ type: 'limits', limits: { state: 'locked', until: null, used: null, total: null } });
    await expect.poll(async () => (await cli('sessions')).stderr).toMatch(/cobros: WhatsApp lets it open no new chats/);
    const needing = await cli('sessions');
    expect(needing.stdout).toMatch(/cobros +READY, needs you/);
    expect(needing.stderr).toMatch(/cobros: .*phone/);
    expect(needing.stderr).toContain('cobros: WhatsApp lets it open no new chats (locked)');
    const json = JSON.parse((await cli('--json sessions')).stdout);
    expect(json.map(({ name }: { name: string }) => name)).toEqual(['cobros', 'soporte', 'ventas']);
  });
});

test('of an unclaimed profile, the very command that takes it over', async () => {
  const { cli, dataDir, given } = await service();
  await given('admin', 'UNCLAIMED');
  const command = `./leadmaster adopt ${dataDir}/tokens/admin --name admin`;
  expect((await cli('sessions')).stderr).toContain(`admin: Take it over in place: ${command}\n`);
  expect(JSON.parse((await cli('sessions --json')).stdout)[0].hint).toContain(command);
  const odd = await cli('sessions', { env: { LEADMASTER_DATA_DIR: `${dataDir} of mine` } });
  expect(odd.stderr).toContain(`adopt '${dataDir} of mine/tokens/admin' --name`);
});

describe('session', () => {
  test('create, start, stop, restart', async () => {
    const { cli, sessions, stage } = await service();
    stage.showQrs();
    expect(await cli('session create ventas --no-start --metadata team=norte')).toMatchObject({ code: 0 });
    expect(await sessions.get('ventas')).toMatchObject({ metadata: { team: 'norte' }, state: 'STOPPED' });
    expect((await cli('session start ventas')).stdout).toContain('ventas is QR_REQUIRED');
    expect((await cli('session stop ventas')).stdout).toContain('ventas is STOPPED');
    expect((await sessions.get('ventas')).state).toBe('STOPPED');
    expect(JSON.parse((await cli('session restart ventas --json')).stdout)).toMatchObject({ name: 'ventas' });
    expect((await sessions.get('ventas')).desired).toBe('running');
  });

  test('metadata is carried as it is, but for the one name that JSON readers refuse', async () => {
    const { cli, context, sessions } = await service();
    expect(await cli('session create a --no-start --metadata constructor=x toString=y')).toMatchObject({ code: 0 });
    expect((await sessions.get('a')).metadata).toEqual({ constructor: 'x', toString: 'y' });
    expect(await cli('session create b --metadata __proto__=c')).toMatchObject({ code: 2, stderr: /__proto__.*key/ });
    expect(context.roster.names()).toEqual(['a']);
  });

  test('set puts metadata in place of what was noted, or removes it', async () => {
    const { cli, sessions } = await service();
    await cli('session create ventas --no-start --metadata team=norte plan=pro');
    const set = await cli('session set ventas --metadata team=sur --json');
    expect([set.code, JSON.parse(set.stdout).metadata]).toEqual([0, { team: 'sur' }]);
    expect(await cli('session set ventas')).toMatchObject({ code: 2 });
    expect((await sessions.get('ventas')).metadata).toEqual({ team: 'sur' });
    expect(await cli('session set ventas --no-metadata')).toMatchObject({ code: 0 });
    expect((await sessions.get('ventas')).metadata).toEqual({});
    expect((await cli('session set otra --no-metadata')).code).toBe(3);
  });

  test('set makes a session expect one number, however it is written, or any', async () => {
    const { cli, sessions } = await service();
    await cli('session create ventas --no-start');
    expect(await cli('session set ventas --expect +54-9-11-2345-6789')).toMatchObject({ code: 0 });
    expect((await sessions.get('ventas')).expectedPhone).toBe('5491123456789');
    expect(await cli('session set ventas --expect 12')).toMatchObject({ code: 2 });
    expect(await cli('session set ventas --no-expect')).toMatchObject({ code: 0 });
    expect((await sessions.get('ventas')).expectedPhone).toBeNull();
  });

  test('sending is switched off and on by its own command, and the list tells who only listens', async () => {
    const { cli, given, sessions } = await service();
    await given('ventas', 'READY');
    expect(await cli('sending ventas off')).toMatchObject({ code: 0, stdout: /ventas only listens/ });
    expect((await cli('sessions')).stdout).toMatch(/^ventas +READY, listens/m);
    expect(await cli('send ventas 5491100000002 hola')).toMatchObject({ code: 4, stderr: /sending ventas on/ });
    expect(await cli('sending ventas on')).toMatchObject({ code: 0, stdout: /ventas may send/ });
    expect((await sessions.get('ventas')).canSend).toBe(true);
    for (const line of [
      'sending ventas',
      'sending ventas quiet',
      'sending on',
      'sending ventas on off',
      'sending VENTAS on',
    ])
      expect([line, (await cli(line)).code]).toEqual([line, 2]);
    expect((await cli('sending otra off')).code).toBe(3);
  });

  test('a start that ends where only a person can help is a failure, told once', async () => {
    const { cli, engine, given } = await service();
    await given('ventas', 'STOPPED');
    engine.onStart = () => Promise.reject(new LeadMasterError('browser_missing', 'None.', 'Install one.'));
    const said = await cli('session start ventas');
    expect(said).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('did not start: the browser is missing (browser_missing)'),
    });
    const { code, stdout } = await cli('session start ventas --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'ERROR' });
  });

  test.each([
    ['delete', undefined],
    ['logout', 'STOPPED'],
  ])('%s asks first', async (verb, state) => {
    const { cli, given, sessions } = await service();
    const now = async () => (await sessions.list()).items[0]?.state;
    await given('ventas', 'READY');
    expect(await cli(`session ${verb} ventas`)).toMatchObject({ code: 2 });
    expect(await cli(`session ${verb} ventas`, { answers: 'no' })).toMatchObject({ code: 1 });
    expect(await now()).toBe('READY');
    expect(await cli(`session ${verb} ventas`, { answers: 'y' })).toMatchObject({ code: 0 });
    expect(await now()).toBe(state);
    await given('ventas', 'READY');
    expect(await cli(`session ${verb} ventas --yes`)).toMatchObject({ code: 0 });
    expect(await now()).toBe(state);
  });
});

describe('send', () => {
  test('a text that is empty or too long is wrong usage, in plain words, and nothing is sent', async () => {
    const { cli } = await service();
    for (const [text, said] of [
      ['', /The text is empty\./],
      ['x'.repeat(65_537), /^.*The text is too long for one message\.\n*$/],
    ] as const) {
      const { code, stderr } = await cli(['send', 'ventas', '5491100000002', text]);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(said) });
    }
  });

  test('waits for the acknowledgement, and takes numbers as people write them', async () => {
    const { cli, given, sessions } = await service();
    await given('ventas', 'READY');
    expect(await cli(['send', 'ventas', '+54 9 11 0000-0002', 'hola che'])).toMatchObject({
      code: 0,
      stdout: /^SENT /,
    });
    expect((await sessions.messages('ventas', 1))[0]?.to).toBe('5491100000002');
  });

  test('a message that failed, or stayed without an answer, is exit code 1; with JSON the message alone', async () => {
    const { cli, engine, given } = await service();
    await given('ventas', 'READY');
    (await engine.runOf('ventas')).onSend = unknownNumber;
    expect(await cli('send ventas 5491100000002 x')).toMatchObject({ code: 1, stderr: /the number has no WhatsApp/ });
    expect(JSON.parse((await cli('send ventas 5491100000002 x --json')).stdout)).toMatchObject({ state: 'FAILED' });
    (await engine.runOf('ventas')).onSend = unanswered;
    expect(await cli('send ventas 5491100000002 x --timeout 1')).toMatchObject({ code: 1, stderr: /not acknowledged/ });
    expect(await cli('send ventas 5491100000002 x --no-wait')).toMatchObject({ code: 0 });
  });

  test('the same idempotency key sends once', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    const line = 'send ventas 5491100000002 x --json --idempotency-key k1';
    const [first, second] = [await cli(line), await cli(line)];
    expect(JSON.parse(first.stdout).id).toBe(JSON.parse(second.stdout).id);
    expect([JSON.parse(first.stdout).replayed, JSON.parse(second.stdout).replayed]).toEqual([false, true]);
  });

  test('an answer that is a replay says so, also after the message was waited for, and when it had failed', async () => {
    const { cli, engine, given } = await service();
    await given('ventas', 'READY');
    const replay = /given before under this idempotency key.*nothing was sent now/;
    const line = 'send ventas 5491100000002 x --idempotency-key k1 --timeout 1';
    const run = await engine.runOf('ventas');
    const taken = run.onSend;
    run.onSend = unanswered;
    const first = await cli(line);
    expect(first).toMatchObject({ code: 1, stderr: expect.not.stringMatching(replay) });
    expect(await cli(line)).toMatchObject({ code: 1, stderr: replay });
    const waited = await cli(`${line} --json`);
    expect(JSON.parse(waited.stdout)).toMatchObject({ state: 'SENDING', replayed: true });
    expect(await cli(`${line} --no-wait`)).toMatchObject({ code: 0, stderr: replay });
    (await engine.runOf('ventas')).onSend = unknownNumber;
    const failing = 'send ventas 5491100000002 y --idempotency-key k2';
    expect(await cli(failing)).toMatchObject({ code: 1, stderr: expect.not.stringMatching(replay) });
    expect(await cli(failing)).toMatchObject({ code: 1, stderr: replay });
    run.onSend = taken;
    const fresh = await cli(['send', 'ventas', '5491100000002', 'z', '--json']);
    expect(JSON.parse(fresh.stdout)).toMatchObject({ state: 'SENT', replayed: false });
  });
});

describe('events', () => {
  test('the newest, oldest first; after a cursor; of one session', async () => {
    const { cli, given, sessions, stage } = await service();
    await given('b', 'STOPPED');
    const ofB = sessions.lastEventId();
    await given('a', 'READY');
    const heard = [];
    for (let i = 0; i < 5; i++) heard.push(await stage.hear('a', `number ${i}`));
    const [last, before] = [heard[4], heard[3]];
    const lines = (await cli('events --json --limit 200')).stdout.trim().split('\n');
    const ids = lines.map((line) => JSON.parse(line).id);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    expect(ids).toContain(last?.id);
    const newest = (await cli('events --json --limit 2')).stdout.trim().split('\n');
    expect(newest.map((line) => JSON.parse(line).id)).toEqual(ids.slice(-2));
    const after = await cli(`events --after ${(before?.id ?? 0) - 1}`);
    expect(after.stdout).toMatch(new RegExp(`^${before?.id} .* a message.received .*text="number 3"`, 'm'));
    expect(after.stdout).not.toContain('number 2');
    const sender = { id: '7001@lid', lid: '7001@lid', phone: '5491100000003', name: 'Ana' };
    await stage.hear('a', 'hola', { sender });
    expect((await cli('events a')).stdout).toMatch(/a message.received .*sender="Ana \(5491100000003\)"/m);
    expect((await cli('events b')).stdout.trim().split('\n')).toHaveLength(ofB);
  });
});

describe('check and where', () => {
  test('of a session that is not there: not found', async () => {
    const { cli } = await service();
    expect(await cli('check nobody')).toMatchObject({ code: 3 });
    expect(await cli('where nobody')).toMatchObject({ code: 3 });
  });

  test('check prints what the service found', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    expect(await cli('check ventas')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^ok {3}/) });
  });

  test('of a session that was never linked it says so, and calls nothing damaged', async () => {
    const { app, cli, dataDir } = await service();
    await app.close();
    await createProfileStore({ dataDir }).create('ventas');
    const { code, stdout, stderr } = await cli('check ventas');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/ventas is not linked: it has no login yet.*leadmaster qr ventas/s),
    });
    expect(stdout).not.toContain('FAIL');
  });

  test("without the service the data folder is named; the demo's is meant with --demo, before or after the command", async () => {
    const { app, cli, dataDir } = await service();
    await app.close();
    expect((await cli('storage')).stderr).toContain(`this reads the disk: ${dataDir}\n`);
    const profile = createProfileStore({ dataDir: `${dataDir}-demo` }).locate('ventas');
    await createProfileStore({ dataDir: `${dataDir}-demo` }).create('ventas');
    expect((await cli('storage')).stderr).toContain(`${dataDir} (the demo's is ${dataDir}-demo: add --demo)`);
    for (const line of ['check ventas', 'where ventas', 'recent ventas'])
      expect(await cli(line)).toMatchObject({ code: 3, stderr: /The demo has one of that name: add --demo/ });
    for (const line of ['--demo where ventas', 'where ventas --demo'])
      expect(await cli(line)).toMatchObject({ code: 0, stdout: `${profile}\n` });
    expect((await cli('storage --demo')).stdout).toContain('ventas');
    expect((await cli('check ventas --demo')).stderr).toContain(`this checks the disk: ${dataDir}-demo\n`);
  });

  test('with the service of the data folder on another port, that port is named, and nothing works beside it', async () => {
    const { cli, dataDir, stop } = await service();
    await stop();
    const lock = lockDataFolder(dataPaths(dataDir), { port: 7301 });
    onTestFinished(() => lock.release());
    const said = /A service of this data folder runs on port 7301: set SESSION_MANAGER_PORT=7301\n/;
    for (const line of ['sessions', 'session stop ventas', 'events ventas', 'snapshot list', 'recover', 'place show'])
      expect(await cli(line)).toMatchObject({ code: 6, stderr: said });
    lock.release();
    expect((await cli('sessions')).stderr).toContain('Start it: npm start');
  });

  test('--demo never orders anything of another service at the same address', async () => {
    const { cli, given, sessions } = await service();
    await given('ventas', 'READY');
    for (const line of ['session stop ventas --demo', '--demo session delete ventas --yes', 'sessions --demo'])
      expect(await cli(line)).toMatchObject({ code: 6, stderr: /no demo runs/ });
    expect((await sessions.get('ventas')).state).toBe('READY');
  });

  test('both work without the service', async () => {
    const { app, cli, dataDir } = await service();
    await app.close();
    const profile = join(dataDir, 'tokens/ventas');
    mkdirSync(join(profile, 'Default'), { recursive: true, mode: 0o700 });
    expect(await cli('where ventas')).toMatchObject({
      code: 0,
      stdout: `${profile}\n`,
      stderr: /No session claims it yet/,
    });
    expect(JSON.parse((await cli('where ventas --json')).stdout)).toEqual({
      name: 'ventas',
      path: profile,
      claimed: false,
      record: null,
    });
    const checked = await cli('check ventas --json');
    expect(JSON.parse(checked.stdout)).toMatchObject({ checks: expect.any(Array) });
    expect(await cli('where nobody')).toMatchObject({ code: 3, stderr: new RegExp(join(dataDir, 'tokens/nobody')) });
    expect(await cli('check nobody')).toMatchObject({ code: 3 });
    // What cannot be looked at is not said to be missing.
    symlinkSync('tokens', join(dataDir, 'loop-of-names'));
    rmSync(join(dataDir, 'tokens'), { recursive: true });
    symlinkSync('loop-of-names', join(dataDir, 'tokens'));
    expect(await cli('where nobody')).toMatchObject({ code: 1, stderr: /cannot be read|symbolic link/ });
    expect(await cli('check nobody')).toMatchObject({ code: 1 });
  });
});

test('adopt without a folder, without a word about it, and with both words is wrong usage', async () => {
  const { cli, sessions } = await service();
  for (const line of [
    ['adopt', '', '--name', 'a', '--copy'],
    ['adopt', ' ', '--name', 'a', '--move'],
    ['adopt', '/srv/bot/session', '--name', 'a'],
    ['adopt', '/srv/bot/session', '--name', 'a', '--copy', '--move'],
  ])
    expect([line, (await cli(line)).code]).toEqual([line, 2]);
  expect((await sessions.list()).items).toEqual([]);
});

test('times for people are of one form, with the zone; --json has them in UTC', async () => {
  vi.stubEnv('TZ', 'America/Argentina/Buenos_Aires');
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(localTime('2026-11-25T05:00:07.000Z')).toBe('2026-11-25 02:00:07 -03:00');
  vi.stubEnv('TZ', 'Asia/Kolkata');
  expect(localTime('2026-11-25T23:59:59.999Z')).toBe('2026-11-26 05:29:59 +05:30');
  vi.stubEnv('TZ', 'UTC');
  const { cli, given } = await service();
  await given('ventas', 'READY');
  expect((await cli('events')).stdout).toMatch(/^\d+ \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+00:00 ventas /m);
  expect((await cli('events --json')).stdout).toMatch(/"at":"[^"]*Z"/);
});

test('nothing is asked about a session that does not exist', async () => {
  const { cli, sessions } = await service();
  for (const line of ['session delete nobody', 'session logout nobody', 'session delete nobody --purge']) {
    const { code, stderr } = await cli(line, { answers: 'y' });
    expect([line, code, stderr.includes('[y/N]')]).toEqual([line, 3, false]);
  }
  expect((await sessions.list()).items).toEqual([]);
});

describe('what hands type first', () => {
  test('status and list are sessions, of one as well', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    await given('soporte', 'STOPPED');
    const all = await cli('sessions');
    for (const line of ['status', 'list', '--json status'])
      expect(await cli(line)).toMatchObject({ code: 0, stdout: expect.stringContaining('soporte') });
    expect(all.stdout).toContain('ventas');
    const one = await cli('status ventas');
    expect([one.code, one.stdout.includes('soporte')]).toEqual([0, false]);
    expect(await cli('status nobody')).toMatchObject({ code: 3 });
  });

  test.each([
    ['logs', 'journalctl -u leadmaster'],
    ['stop ventas', './leadmaster session stop ventas'],
    ['stop', './leadmaster session stop NAME'],
    ['start ventas', './leadmaster session start ventas'],
    ['delete ventas --yes', './leadmaster session delete ventas'],
    ['config show', './leadmaster report'],
    ['backup', './leadmaster snapshot create NAME'],
  ])('%s is told the right one, and does nothing', async (line, hint) => {
    const { cli, given, sessions } = await service();
    await given('ventas', 'READY');
    expect(await cli(line)).toMatchObject({ code: 2, stderr: expect.stringContaining(hint) });
    const json = JSON.parse((await cli(`${line} --json`)).stdout);
    expect(json.error).toMatchObject({ code: 'usage', exitCode: 2, hint: expect.stringContaining(hint) });
    expect((await sessions.get('ventas')).state).toBe('READY');
  });
});

test('adopt claims a profile in place', async () => {
  const { cli, dataDir, given, sessions } = await service();
  const profile = join(dataDir, 'tokens/admin');
  await given('admin', 'UNCLAIMED');
  expect(await cli(`adopt ${profile} --name admin`)).toMatchObject({ code: 0, stdout: /admin is STOPPED/ });
  expect((await sessions.get('admin')).state).toBe('STOPPED');
});

describe('exit codes', () => {
  test('2 wrong usage: nothing is asked of the service', async () => {
    for (const line of [
      'nonsense',
      'session',
      'session start',
      'session start UPPER',
      'send a x y',
      'events --limit x',
      'events --limit 0',
      'events --limit 1001',
    ]) {
      expect(await run(line.split(' '), { env: { SESSION_MANAGER_PORT: '9' } }), line).toMatchObject({ code: 2 });
    }
    const { code, stdout } = await run(['session', 'start', 'UPPER', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'usage', exitCode: 2, detail: expect.stringContaining('lower-case') },
    });
  });

  test('2 for settings that are wrong, all of them named', async () => {
    const env = { LOGIN_MODE: 'x', LOG_LEVEL: 'y' };
    const { code, stderr } = await run(['sessions'], { env });
    expect(code).toBe(2);
    expect(stderr).toMatch(/LOGIN_MODE.*LOG_LEVEL/s);
  });

  test('3 not found, 4 wrong state, 5 not allowed', async () => {
    const { cli, given } = await service();
    await given('ventas', 'STOPPED');
    expect(await cli('session stop nobody')).toMatchObject({ code: 3 });
    expect(await cli('send ventas 5491100000002 x')).toMatchObject({ code: 4 });
    expect(await cli('session create ventas')).toMatchObject({ code: 4 });
    const wrong = await cli('sessions', { env: { LEADMASTER_ADMIN_KEY: 'wrong' } });
    expect(wrong).toMatchObject({ code: 5, stderr: /The key came from LEADMASTER_ADMIN_KEY/ });
  });

  test('5 when the key file is not ours to read', async () => {
    const { cli, dataDir } = await service();
    mkdirSync(join(dataDir, 'admin.key'), { recursive: true });
    expect(await cli('sessions', { env: { LEADMASTER_ADMIN_KEY: '' } })).toMatchObject({ code: 5 });
  });

  test('the key is taken from the data folder', async () => {
    const { cli, dataDir, env } = await service();
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(join(dataDir, 'admin.key'), `${env.LEADMASTER_ADMIN_KEY}\n`, { mode: 0o600 });
    expect(await cli('sessions', { env: { LEADMASTER_ADMIN_KEY: '' } })).toMatchObject({ code: 0 });
  });

  test('6 unreachable, with the command to run; also where something else listens', async () => {
    const { app, cli } = await service();
    await app.close();
    expect(await cli('sessions')).toMatchObject({ code: 6, stderr: /does not answer.*ECONNREFUSED.*npm start/s });
    expect(JSON.parse((await cli('sessions --json')).stdout)).toMatchObject({
      error: { code: 'service_unreachable', exitCode: 6 },
    });
    const other = createServer((_request, response) => response.writeHead(404).end('<html>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    expect(await run(['sessions'], { env: { SESSION_MANAGER_PORT: String(port) } })).toMatchObject({
      code: 6,
      stderr: /Something other/,
    });
  });

  test('1 for a failure of the service, with its words; errors are JSON with --json', async () => {
    const { cli, faults, given } = await service();
    await given('ventas', 'STOPPED');
    faults.error = () => new Error('secret detail');
    faults.fails = () => true;
    const { code, stdout } = await cli('sessions --json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'internal', status: 500, exitCode: 1 });
    expect(stdout).not.toContain('secret detail');
  });
});

test('help and version need no settings and no service', async () => {
  const env = { LOGIN_MODE: 'broken' };
  expect(await run(['--help'], { env })).toMatchObject({ code: 0, stdout: /Exit codes: 0 done/ });
  expect(await run(['--version'], { env })).toMatchObject({ code: 0, stdout: '0.1.0\n' });
});

describe('--json', () => {
  const env = { LOGIN_MODE: 'broken' };
  test.each(['--version --json', '--json --version', '-V --json'])('%s', async (line) => {
    const { code, stdout } = await run(line.split(' '), { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ version: '0.1.0' });
  });

  test.each(['--json', 'session --json', 'phone --json'])('%s: an error that says what is missing', async (line) => {
    const { code, stdout, stderr } = await run(line.split(' '), { env });
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'usage',
      detail: expect.stringMatching(/no command/i),
      hint: expect.stringContaining('--help'),
    });
  });

  test('help stays text, and says so', async () => {
    expect(await run(['--help', '--json'], { env })).toMatchObject({ code: 0, stdout: /help is always text/ });
  });
});

test('colours are for terminals, and NO_COLOR turns them off', async () => {
  const { cli, given } = await service();
  await given('ventas', 'READY');
  const terminal = { columns: 120, rows: 40 };
  expect((await cli('sessions')).stdout).not.toContain('\u001b[');
  expect((await cli('sessions', { terminal })).stdout).toContain('\u001b[32mREADY');
  expect((await cli('sessions', { terminal, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b[');
});
