import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { expect, onTestFinished, test } from 'vitest';

const run = promisify(execFile);
const UNIT = join(CHECKOUT, 'packaging/leadmaster.service');
/** Of `systemd-analyze security`, in tenths of 10: higher is more exposed. What Chromium's sandbox and the network need stays open. */
const MOST_EXPOSED = 30;

test('systemd finds nothing wrong in the unit that ships, nor more open than it has to be', async (context) => {
  const version = await run('systemd-analyze', ['--version']).catch(() => null);
  // The offline judgement came with 250.
  if (Number(/^systemd (\d+)/.exec(version?.stdout ?? '')?.[1] ?? 0) < 250)
    return context.skip('no systemd-analyze here, from version 250: the unit is not verified');
  const folder = mkdtempSync(join(tmpdir(), 'leadmaster-unit-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const unit = join(folder, 'leadmaster.service');
  // Where the checkout is; the rest is as it ships.
  writeFileSync(unit, readFileSync(UNIT, 'utf8').replaceAll('/opt/leadmaster', CHECKOUT));
  expect(await run('systemd-analyze', ['--man=no', 'verify', unit])).toEqual({ stdout: '', stderr: '' });
  await run('systemd-analyze', ['security', '--offline=true', `--threshold=${MOST_EXPOSED}`, unit]);
});
