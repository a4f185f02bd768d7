import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isFileLocked } from '../../src/sqlite/index.ts';

const HOLD = `
  const [file] = process.argv.slice(1);
  import('@leadmaster/service-kit/sqlite').then(({ holdFile }) => {
    holdFile(file, () => new Error('held'));
    console.log('held');
    setInterval(() => {}, 1000);
  });`;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'leadmaster-lock-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('a file is locked for as long as its holder lives, and to look changes nothing', async () => {
  const file = join(folder(), 'LOCK');
  const holder = spawn(process.execPath, ['--eval', HOLD, file], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  for (let i = 0; i < 3; i += 1) expect(isFileLocked(file)).toBe(true);
  holder.kill('SIGKILL');
  await ended;
  expect(isFileLocked(file)).toBe(false);
  expect(readFileSync(file)).toHaveLength(0);
});

test('what is not there or holds other bytes is not locked; of a pipe and a folder that is unknown', () => {
  const inside = folder();
  const [bytes, pipe] = ['bytes', 'pipe'].map((name) => join(inside, name)) as [string, string];
  writeFileSync(bytes, 'no database');
  execFileSync('mkfifo', [pipe]);
  expect(isFileLocked(join(inside, 'missing'))).toBe(false);
  expect(isFileLocked(bytes)).not.toBe(true);
  expect(isFileLocked(pipe)).toBeNull();
  expect(isFileLocked(inside)).toBeNull();
});
