import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { service } from './harness.ts';

/** Where nothing listens. */
const NOWHERE = 'http://127.0.0.1:9';
const KEY = 'a-key-of-the-other-machine';
const KNOWN = { env: { LEADMASTER_TARGET_KEY: KEY } };

/** A manager with a session that is linked, and another that takes sessions sent with its key. */
async function two() {
  const here = await service();
  const there = await service({ env: { LEADMASTER_ADMIN_KEY: KEY } });
  await here.given('ventas', 'LINKED');
  return { ...here, there, to: `http://127.0.0.1:${there.port}` };
}

describe('transfer', () => {
  test('moves a session, shows where it went, and never says the key', async () => {
    const { cli, there, to } = await two();
    const ran = await cli(`transfer ventas --to ${to}`, KNOWN);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`ventas has moved to ${to}, and is MOVED here.`),
    });
    expect(there.context.roster.has('ventas')).toBe(true);
    expect(ran.stdout + ran.stderr).not.toContain(KEY);
  });

  test('answers with the session as JSON', async () => {
    const { cli, to } = await two();
    const json = await cli(`transfer ventas --to ${to} --json`, KNOWN);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'ventas', state: 'MOVED' });
  });

  test('takes the key from a file, and warns of one that others can read', async () => {
    const { cli, given, there, to } = await two();
    await given('soporte', 'LINKED');
    const folder = mkdtempSync(join(tmpdir(), 'leadmaster-cli-key-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'admin.key');
    writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
    expect(await cli(['transfer', 'ventas', '--to', to, '--key-file', file])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('warning'),
    });
    const none = await cli(['transfer', 'soporte', '--to', to, '--key-file', join(folder, 'none')]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
    chmodSync(file, 0o644);
    expect(await cli(['transfer', 'soporte', '--to', to, '--key-file', file])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`chmod 600 ${file}`),
    });
    expect(there.context.roster.names().sort()).toEqual(['soporte', 'ventas']);
    for (const [text, why] of [
      ['\n', 'is empty'],
      ['two words\n', 'is no key'],
    ] as const) {
      writeFileSync(file, text);
      expect(await cli(['transfer', 'ventas', '--to', to, '--key-file', file])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`in ${file} ${why}`),
      });
    }
  });

  test('cut off by the end of the service, names the whole command that continues', async () => {
    const { app, captures, cli, given, to } = await two();
    await given('ventas', 'READY');
    captures.hold();
    const running = cli(['transfer', 'ventas', '--to', to], KNOWN);
    await expect.poll(() => captures.working).toEqual(['ventas']);
    await app.close();
    expect((await running).stderr).toContain(`Give the command again: ./leadmaster transfer ventas --to ${to}`);
  });

  test('what was handed over and not taken is said to be unfinished, and --undo takes it back', async () => {
    const { cli, sessions, there, to } = await two();
    const { arrivals } = there.context;
    const refusal = new LeadMasterError('wrong_state', 'It is not ready for that.', 'Look at it there.');
    vi.spyOn(arrivals, 'commit').mockRejectedValue(refusal);
    const unfinished = await cli(`transfer ventas --to ${to}`, KNOWN);
    expect(unfinished).toMatchObject({ code: 1, stderr: expect.stringContaining('transfer ventas') });
    expect((await sessions.get('ventas')).state).toBe('MOVED');
    const ran = await cli(`transfer ventas --to ${to} --undo`, KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('ventas is STOPPED') });
    expect([(await sessions.get('ventas')).state, there.context.roster.names()]).toEqual(['STOPPED', []]);
  });

  test('says what is missing, and what the service refuses, with what to do', async () => {
    const { cli, fingerprint, to } = await two();
    const before = await fingerprint();
    expect(await cli(`transfer ventas --to ${to}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('LEADMASTER_TARGET_KEY'),
    });
    expect((await cli('transfer ventas', KNOWN)).code).toBe(2);
    expect((await cli(`transfer none --to ${to}`, KNOWN)).code).toBe(3);
    const wrong = await cli(`transfer ventas --to ${to}`, { env: { LEADMASTER_TARGET_KEY: 'a-wrong-key' } });
    expect(wrong).toMatchObject({ code: expect.any(Number), stderr: expect.stringMatching(/\S/) });
    expect(wrong.code).not.toBe(0);
    expect(await fingerprint()).toBe(before);
    const ran = await cli(`transfer ventas --to ${NOWHERE}`, KNOWN);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining(NOWHERE) });
  });
});
