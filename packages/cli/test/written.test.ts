import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { CHECKOUT } from '@leadmaster/session-manager/config';
import { pageMessage } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { readerReady } from '../src/output/written.ts';
import { ioOf, service } from './harness.ts';

const MAIN = join(CHECKOUT, 'packages/cli/src/main.mjs');

/** A real process of the command line whose standard output is that file descriptor. */
function launch(args: readonly string[], stdout: number | 'pipe', env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, LEADMASTER_ENV_FILE: '/dev/null', ...env },
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, stderr })),
  );
  return { child, ended };
}

const PRINTING = [
  ['--version'],
  ['--help'],
  ['sessions'],
  ['session', 'stop', 'ventas'],
  ['send', 'ventas', '5491100000002', 'x'],
  ['events'],
  ['check', 'ventas'],
  ['storage'],
  ['recent', 'ventas'],
  ['snapshot', 'create', 'ventas'],
  ['snapshot', 'list'],
  ['recover'],
  ['report'],
];
const JSON_TOO = [['--version'], ['sessions'], ['send', 'ventas', '5491100000002', 'x'], ['events'], ['report']];

test.each([...PRINTING, ...JSON_TOO.map((args) => [...args, '--json'])].map((args) => [args]))(
  '%j to a device that is full: exit code 1, and why',
  async (args) => {
    const { env, given, stage } = await service();
    await given('ventas', 'READY');
    await stage.hear('ventas', 'x');
    const full = openSync('/dev/full', 'w');
    onTestFinished(() => closeSync(full));
    expect(await launch(args, full, env).ended).toEqual({
      code: 1,
      stderr: expect.stringContaining('could not be written: ENOSPC'),
    });
  },
);

test.each([[['events', '--follow']], [['qr', 'ventas']], [['sessions']], [['sessions', '--json']]])(
  '%j into a pipe that is closed ends with exit code 1, without a word',
  async (args) => {
    const { engine, env, given } = await service();
    await given('ventas', args[0] === 'qr' ? 'QR_REQUIRED' : 'READY');
    const run = await engine.runOf('ventas');
    let heard = 0;
    const { child, ended } = launch([...args], 'pipe', env);
    child.stdout?.destroy();
    const news = setInterval(() => {
      heard += 1;
      run.tell({ type: 'message', message: pageMessage(`false_x@c.us_${heard}`) });
    }, 100);
    onTestFinished(() => {
      clearInterval(news);
      child.kill();
    });
    expect(await ended).toEqual({ code: 1, stderr: '' });
  },
);

test('what is said beside the result may get lost: the command continues to its end', async () => {
  const { env, given } = await service();
  await given('admin', 'UNCLAIMED');
  const full = openSync('/dev/full', 'w');
  onTestFinished(() => closeSync(full));
  const child = spawn(process.execPath, [MAIN, 'sessions'], {
    stdio: ['ignore', 'pipe', full],
    env: { ...process.env, LEADMASTER_ENV_FILE: '/dev/null', ...env },
  });
  let stdout = '';
  child.stdout?.on('data', (text) => {
    stdout += String(text);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('admin') });
});

test('what would keep printing waits for a slow reader, and no longer than there is one', async () => {
  let read = (): void => {};
  const stdout = new Writable({
    highWaterMark: 10,
    write: (_chunk, _encoding, done) => {
      read = done;
    },
  });
  const io = ioOf({ stdout });
  await readerReady(io, AbortSignal.timeout(1_000));
  stdout.write('x'.repeat(100));
  let ready = false;
  const waiting = readerReady(io, AbortSignal.timeout(20_000)).then(() => {
    ready = true;
  });
  await new Promise(setImmediate);
  expect(ready).toBe(false);
  read();
  await waiting;
  stdout.write('x'.repeat(100));
  await readerReady(io, AbortSignal.abort());
});

const isRoot = process.getuid?.() === 0;

test.skipIf(!isRoot)('a disk that fills in the middle of the output is told, too (only root mounts one)', async () => {
  const { env } = await service();
  const disk = mkdtempSync(join(tmpdir(), 'leadmaster-full-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]);
  onTestFinished(() => {
    if (mounted.status === 0) spawnSync('umount', ['-l', disk]);
    rmSync(disk, { recursive: true, force: true });
  });
  expect(String(mounted.stderr)).toBe('');
  writeFileSync(join(disk, 'fill'), Buffer.alloc(60 * 1024));
  const out = openSync(join(disk, 'out'), 'w');
  onTestFinished(() => closeSync(out));
  // A page is left, and the help of all commands is longer: some of it is written, and not the rest.
  expect(await launch(['--help'], out, env).ended).toEqual({ code: 1, stderr: expect.stringContaining('ENOSPC') });
  expect(statSync(join(disk, 'out')).size).toBe(4096);
});
