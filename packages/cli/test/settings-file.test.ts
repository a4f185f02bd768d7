import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';

function settings(content: string): { LEADMASTER_ENV_FILE: string } {
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-settings-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'env');
  writeFileSync(file, content, { mode: 0o600 });
  return { LEADMASTER_ENV_FILE: file };
}

test('a settings file that begins with a byte order mark names the data folder, and one in its name stays whole', async () => {
  const env = settings('\ufeffLEADMASTER_DATA_DIR=/nowhere/a#b\r\n');
  expect((await run(['where', 'ventas'], { env })).stderr).toContain('it would be /nowhere/a#b/tokens/ventas.');
});

test('a misspelt name is told by every command, once', async () => {
  const { stderr } = await run(['where', 'ventas'], { env: settings('LEADMASTER_DATADIR=/srv/wa\n') });
  expect(
    stderr.match(/LEADMASTER_DATADIR is no setting of LeadMaster; did you mean LEADMASTER_DATA_DIR\?/g),
  ).toHaveLength(1);
});

test('a line that is no setting is refused as wrong settings are: another try does not help', async () => {
  const env = settings('LEADMASTER_DATA_DIR /srv/wa\n');
  expect(await run(['where', 'ventas'], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/line 1: it is no setting; write NAME=value.*\nhint: .*\.env\.example/s),
  });
  expect(await run(['where', 'ventas'], { env: { ...env, LEADMASTER_LANG: 'es' } })).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^error: La configuración no es válida\.\ndetalle: .*line 1: it is no setting/),
  });
});
