import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import QRCode from 'qrcode';
import { describe, expect, test } from 'vitest';
import { LiveView } from '../src/output/live-view.ts';
import { drawQr } from '../src/qr/half-blocks.ts';
import { fakeService, Sink } from './harness.ts';

/** Reads a drawing back into rows of light modules. */
function readBack(lines: readonly string[], side: number): boolean[][] {
  const rows = lines.flatMap((line) => [
    [...line].map((character) => '█▀'.includes(character)),
    [...line].map((character) => '█▄'.includes(character)),
  ]);
  return rows.slice(0, side);
}

describe('drawing', () => {
  test('every module is where the code has it, with a light border', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 300, unit: 'grapheme-ascii' }), (text) => {
        const { modules } = QRCode.create(text, { errorCorrectionLevel: 'L' });
        const { lines, width } = drawQr(text, false);
        expect(width).toBe(modules.size + 4);
        const drawn = readBack(lines, width);
        for (let row = 0; row < width; row++) {
          for (let column = 0; column < width; column++) {
            const [r, c] = [row - 2, column - 2];
            const inside = r >= 0 && c >= 0 && r < modules.size && c < modules.size;
            expect(drawn[row]?.[column]).toBe(!inside || !modules.get(r, c));
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  test('with colours it is black on white whatever the terminal is', () => {
    const [first = ''] = drawQr('x', true).lines;
    expect(first.startsWith('\u001b[97;40m') && first.endsWith('\u001b[0m')).toBe(true);
  });
});

test('a live view draws again in its place, and only what changed', () => {
  const out = new Sink();
  const view = new LiveView(out);
  const drawn = (): string => out.take();
  view.draw(['code', '9 s']);
  expect(drawn()).toBe('\u001b[2Kcode\n\u001b[2K9 s\n');
  view.draw(['code', '8 s']);
  expect(drawn()).toBe('\u001b[2A\r\n\u001b[2K8 s\n');
  view.draw(['code', '8 s']);
  expect(drawn()).toBe('');
  view.draw(['READY']);
  expect(drawn()).toBe('\u001b[2A\r\u001b[0J\u001b[2KREADY\n');
  view.clear();
  expect(drawn()).toBe('\u001b[1A\r\u001b[0J');
});

describe('leadmaster qr', () => {
  test('creates, shows, and ends by itself when linked', async () => {
    const { cli, sessions } = await fakeService();
    const running = cli('qr ventas');
    await sleep(700);
    sessions.set('ventas', 'AUTHENTICATED');
    await sleep(700);
    sessions.set('ventas', 'READY', { account: { id: 'x', phone: '5491100000001', name: 'Ana' } });
    const { code, stdout } = await running;
    expect(code).toBe(0);
    expect(sessions.changes).toEqual(['create ventas']);
    expect(stdout).toContain(drawQr('2@fake,qr,text==', false).lines.join('\n'));
    // Each QR once, however often it was asked for.
    expect(stdout.match(/QR 1 of ventas/g)).toHaveLength(1);
    expect(stdout).toMatch(/Scanned.*\nREADY ventas is linked as 5491100000001 Ana/);
  });

  test('on a terminal it is drawn in place with the time left; a small one is told what to do', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('a', 'QR_REQUIRED');
    sessions.set('b', 'QR_REQUIRED');
    const both = [
      cli('qr a', { terminal: { columns: 120, rows: 60 } }),
      cli('qr b', { terminal: { columns: 30, rows: 8 } }),
    ];
    await sleep(800);
    for (const name of ['a', 'b']) sessions.set(name, 'READY', { account: { id: 'x', phone: '1', name: 'Ana' } });
    const [large, small] = await Promise.all(both);
    expect(large?.stdout).toMatch(/Linked devices.*s left/);
    expect(large?.stdout).toContain('A\r\u001b[0J');
    expect(small?.stdout).toContain('make the terminal larger, or run ./leadmaster qr b --save');
  });

  test('with --json one line for each change and each QR', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('ventas', 'QR_REQUIRED');
    const running = cli('qr ventas --json');
    await sleep(700);
    sessions.set('ventas', 'READY');
    const lines = (await running).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type, state }) => state ?? type)).toEqual(['QR_REQUIRED', 'qr', 'READY']);
    expect(lines[1]).toMatchObject({ qr: '2@fake,qr,text==', attempt: 1 });
  });

  test('--save writes a private image', async () => {
    const { cli, sessions, dataDir } = await fakeService();
    sessions.set('ventas', 'QR_REQUIRED');
    const file = join(dataDir, '../qr.png');
    const running = cli(['qr', 'ventas', '--save', file]);
    await sleep(900);
    sessions.set('ventas', 'READY');
    expect((await running).code).toBe(0);
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('a READY session is only told of; a stopped one is started', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('a', 'READY');
    expect(await cli('qr a')).toMatchObject({ code: 0, stdout: /READY a is linked as 5491100000001 Ana/ });
    expect(sessions.changes).toEqual([]);
    sessions.set('b', 'STOPPED');
    const running = cli('qr b');
    await sleep(500);
    sessions.set('b', 'READY');
    await running;
    expect(sessions.changes).toEqual(['start b']);
  });

  test.each([
    ['a ban', 'DISCONNECTED_BANNED', {}, 1, /is DISCONNECTED_BANNED/],
    ['a stop by somebody else', 'STOPPED', { desired: 'stopped' }, 1, /is STOPPED/],
    ['LOGIN_MODE=server', 'AUTH_FAILURE', { loginMode: 'server' }, 4, /never shows a QR/],
  ] as const)('%s ends it with what to do', async (_, state, change, code, said) => {
    const { cli, sessions } = await fakeService();
    sessions.set('ventas', 'QR_REQUIRED');
    const running = cli('qr ventas');
    await sleep(400);
    sessions.set('ventas', state, change);
    expect(await running).toMatchObject({ code, stderr: said });
  });

  test('an unclaimed profile is not started but adopted', async () => {
    const { cli, sessions } = await fakeService();
    sessions.set('admin', 'UNCLAIMED');
    expect(await cli('qr admin')).toMatchObject({ code: 4, stderr: /Adopt it first/ });
  });
});

test('pair prints the code and waits until READY', async () => {
  const { cli, sessions } = await fakeService();
  const running = cli(['pair', 'ventas', '+54 9 11 0000-0001']);
  await sleep(900);
  sessions.set('ventas', 'READY', { account: { id: 'x', phone: '5491100000001', name: 'Ana' } });
  expect(await running).toMatchObject({ code: 0, stdout: /ABCD-1234.*READY ventas is linked/s });
  expect(sessions.changes).toEqual(['create ventas', 'pair ventas']);
});
