import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, onTestFinished, test } from 'vitest';
import { service } from './harness.ts';

const TO = 'https://other.example:3001';
const KEY = 'a-key-of-the-other-machine';
const KNOWN = { env: { LEADMASTER_TARGET_KEY: KEY } };

describe('transfer', () => {
  test('moves a session, shows how far it has come, and never says the key', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    const ran = await cli(`transfer ventas --to ${TO}`, KNOWN);
    expect(ran).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`ventas has moved to ${TO}, and is MOVED here.`),
    });
    expect(transfers.asked).toEqual({ to: TO, key: KEY });
    expect(ran.stdout + ran.stderr).not.toContain(KEY);
    await given('ventas', 'READY');
    const json = await cli(`transfer ventas --to ${TO} --json`, KNOWN);
    expect(JSON.parse(json.stdout)).toMatchObject({ name: 'ventas', state: 'MOVED' });
  });

  test('takes the key from a file', async () => {
    const { cli, given } = await service();
    const folder = mkdtempSync(join(tmpdir(), 'leadmaster-cli-key-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'admin.key');
    writeFileSync(file, `${KEY}\n`, { mode: 0o600 });
    await given('ventas', 'READY');
    expect(await cli(['transfer', 'ventas', '--to', TO, '--key-file', file])).toMatchObject({
      code: 0,
      stderr: expect.not.stringContaining('warning'),
    });
    expect(transfers.asked).toEqual({ to: TO, key: KEY });
    const none = await cli(['transfer', 'ventas', '--to', TO, '--key-file', join(folder, 'none')]);
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be read') });
    chmodSync(file, 0o644);
    await given('ventas', 'READY');
    expect(await cli(['transfer', 'ventas', '--to', TO, '--key-file', file])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining(`chmod 600 ${file}`),
    });
    for (const [text, why] of [
      ['\n', 'is empty'],
      ['two words\n', 'is no key'],
    ] as const) {
      writeFileSync(file, text);
      expect(await cli(['transfer', 'ventas', '--to', TO, '--key-file', file])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(`in ${file} ${why}`),
      });
    }
  });

  test('cut off by the end of the service, names the whole command that goes on', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    transfers.failure = new LeadMasterError('shutting_down', 'The service ends.', 'Ask again.');
    const ran = await cli(['transfer', 'ventas', '--to', TO, '--undo'], KNOWN);
    expect(ran.stderr).toContain(`Give the command again: ./leadmaster transfer ventas --to ${TO} --undo`);
  });

  test('--undo takes it back', async () => {
    const { cli, given } = await service();
    await given('ventas', 'MOVED');
    const ran = await cli(`transfer ventas --to ${TO} --undo`, KNOWN);
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('ventas is STOPPED') });
    expect(transfers.asked).toEqual({ to: TO, key: KEY, undo: true });
  });

  test('says what is missing, and what the service refuses, with what to do', async () => {
    const { cli, given } = await service();
    await given('ventas', 'READY');
    expect(await cli(`transfer ventas --to ${TO}`)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('LEADMASTER_TARGET_KEY'),
    });
    expect((await cli('transfer ventas', KNOWN)).code).toBe(2);
    expect((await cli(`transfer none --to ${TO}`, KNOWN)).code).toBe(3);
    transfers.failure = new LeadMasterError('transfer_unfinished', 'It was handed over.', 'Repeat the command.');
    const ran = await cli(`transfer ventas --to ${TO}`, KNOWN);
    expect(ran).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/It was handed over\.(.|\n)*Repeat the command\./),
    });
  });
});
