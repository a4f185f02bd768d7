import { EventEmitter } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { accountOf, type FakeRun, OTHER_PHONE } from '@leadmaster/testkit';
import fc from 'fast-check';
import jsQR from 'jsqr';
import QRCode from 'qrcode';
import { describe, expect, test, vi } from 'vitest';
import { LiveView } from '../src/output/live-view.ts';
import { drawQr } from '../src/qr/half-blocks.ts';
import { drawSmallQr } from '../src/qr/sextants.ts';
import { Sink, service } from './harness.ts';

/** Reads a drawing back into rows of light modules. */
function readBack(lines: readonly string[], side: number): boolean[][] {
  const rows = lines.flatMap((line) => [
    [...line].map((character) => '█▀'.includes(character)),
    [...line].map((character) => '█▄'.includes(character)),
  ]);
  return rows.slice(0, side);
}

/** As long as WhatsApp's are: a reference, three keys of 32 bytes, a platform. */
function longQr(fill: number): string {
  const key = Buffer.alloc(32, fill).toString('base64');
  return `2@${Buffer.alloc(66, fill + 1).toString('base64')},${key},${key},${key},1`;
}

/** What a phone's camera sees of a small drawing, in a terminal whose characters are twice as high as wide. */
function scanSmall(lines: readonly string[], columns: number): string | null {
  const cell = { width: 6, height: 12 };
  const [width, height] = [(columns + 4) * cell.width, (lines.length + 4) * cell.height];
  const pixels = new Uint8ClampedArray(width * height * 4);
  for (const [y, line] of lines.entries()) {
    for (const [x, character] of [...line].entries()) {
      for (let py = 0; py < cell.height; py++) {
        for (let px = 0; px < cell.width; px++) {
          const bit = Math.floor((py * 3) / cell.height) * 2 + Math.floor((px * 2) / cell.width);
          const at = ((y + 2) * cell.height + py) * width + (x + 2) * cell.width + px;
          pixels.fill((bitsOf(character) >> bit) & 1 ? 255 : 0, at * 4, at * 4 + 3);
        }
      }
    }
  }
  return jsQR.default(pixels, width, height)?.data ?? null;
}

/** The lit modules of a sextant, by the names that Unicode gives them: BLOCK SEXTANT-1 is the first bit. */
function bitsOf(character: string): number {
  const older: Record<string, number> = { ' ': 0, '█': 63, '▌': 0b010101, '▐': 0b101010 };
  const known = older[character];
  if (known !== undefined) return known;
  const order = Array.from({ length: 62 }, (_, i) => i + 1).filter((bits) => bits !== 0b010101 && bits !== 0b101010);
  return order[(character.codePointAt(0) ?? 0) - 0x1fb00] ?? Number.NaN;
}

describe('drawing', () => {
  test('the small form of a QR as long as WhatsApp makes them fits 80x24, and a decoder reads it', () => {
    for (let fill = 0; fill < 5; fill++) {
      const text = longQr(fill);
      const { lines, width } = drawSmallQr(text, false);
      expect(scanSmall(lines, width)).toBe(text);
      expect(width).toBeLessThanOrEqual(80);
      expect(lines.length + 2).toBeLessThan(24);
      expect(lines.every((line) => [...line].length === width)).toBe(true);
    }
  });

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

  test('with colours it is black on white on every terminal', () => {
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

type Service = Awaited<ReturnType<typeof service>>;

/** A service whose browsers show a QR as soon as they run. */
async function showing(options: Parameters<typeof service>[0] = {}) {
  const manager = await service(options);
  manager.stage.showQrs();
  return manager;
}

describe('leadmaster qr', () => {
  test('creates, shows, and ends by itself when linked', async () => {
    const { cli, context, engine, stage } = await showing();
    const out = new Sink();
    const running = cli('qr ventas', { stdout: out });
    await out.says(/QR 1 of ventas/);
    (await engine.runOf('ventas')).tell({ type: 'authenticated' });
    await out.says(/Scanned/);
    await stage.scan('ventas');
    const { code, stdout } = await running;
    expect(code).toBe(0);
    expect([context.roster.names(), engine.runs.length]).toEqual([['ventas'], 1]);
    expect(stdout).toContain(drawQr('ref-1', false).lines.join('\n'));
    // Each QR once, however often it was asked for.
    expect(stdout.match(/QR 1 of ventas/g)).toHaveLength(1);
    expect(stdout).toMatch(/Scanned.*\nREADY ventas is linked as 5491100000001 Ana/);
  });

  test('on a terminal it is drawn in place with the time left; a small one is told what to do', async () => {
    const { cli, given, stage } = await service();
    await given('a', 'QR_REQUIRED');
    await given('b', 'QR_REQUIRED');
    const [wide, narrow] = [new Sink(), new Sink()];
    const both = [
      cli('qr a', { stdout: wide, terminal: { columns: 120, rows: 60 } }),
      cli('qr b', { stdout: narrow, terminal: { columns: 30, rows: 8 } }),
    ];
    await Promise.all([wide.says(/s left/), narrow.says(/make the terminal larger/)]);
    for (const name of ['a', 'b']) await stage.scan(name);
    const [large, small] = await Promise.all(both);
    expect(large?.stdout).toMatch(/s left.*Linked devices/s);
    expect(large?.stdout).toContain('A\r\u001b[0J');
    expect(small?.stdout).toMatch(/make the terminal larger,.*qr b --save.*pair b PHONE/s);
  });

  test.each([
    ['xterm-256color', drawSmallQr(longQr(1), false).lines.join('\n\u001b[2K')],
    ['linux', 'make the terminal larger'],
  ])('on a terminal of 80x24 that is %s the whole QR is shown, smaller, where it can be', async (TERM, what) => {
    const { cli, engine, given, stage } = await service();
    await given('ventas', 'INITIALIZING');
    const expiresAt = new Date(Date.now() + 60_000);
    (await engine.runOf('ventas')).tell({ type: 'qr', qr: longQr(1), expiresAt, attempt: 1 });
    const out = new Sink();
    const running = cli('qr ventas', {
      stdout: out,
      terminal: { columns: 80, rows: 24 },
      env: { TERM, NO_COLOR: '1' },
    });
    await out.says(/Unreadable|PHONE/);
    await stage.scan('ventas');
    const { stdout } = await running;
    expect(stdout).toContain(what);
    // A line that wraps would be counted as one, and the next drawing would stand below the first.
    const drawn = stdout.split('\n').map((line) => [...stripVTControlCharacters(line)].length);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(80);
  });

  test('with --json one line for each change and each QR', async () => {
    const { cli, given, stage } = await service();
    await given('ventas', 'QR_REQUIRED');
    const out = new Sink();
    const running = cli('qr ventas --json', { stdout: out });
    await out.says(/"type":"qr"/);
    await stage.scan('ventas');
    const lines = (await running).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type, state }) => state ?? type)).toEqual(['QR_REQUIRED', 'qr', 'READY']);
    expect(lines[1]).toMatchObject({ qr: 'ref-1', attempt: 1 });
  });

  test('--save writes a private image', async () => {
    const { cli, dataDir, given, stage } = await service();
    await given('ventas', 'QR_REQUIRED');
    const file = join(dataDir, '../qr.png');
    // What others may read is replaced, and not written into: they may have it open.
    writeFileSync(file, '', { mode: 0o644 });
    const running = cli(['qr', 'ventas', '--save', file]);
    await vi.waitFor(() => expect(statSync(file).size).toBeGreaterThan(0), { timeout: 10_000 });
    await stage.scan('ventas');
    expect((await running).code).toBe(0);
    expect(readFileSync(file).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('made by another client, or scanned, between two questions: it continues', async () => {
    const { cli, dataDir, given, sessions, stage, until } = await service();
    const file = join(dataDir, '../qr.png');
    const [create, qr] = [sessions.create.bind(sessions), sessions.qr.bind(sessions)];
    vi.spyOn(sessions, 'create').mockImplementationOnce(async (input) => {
      await given('ventas', 'QR_REQUIRED');
      return create(input);
    });
    // The code is shown; its image is asked for next.
    vi.spyOn(sessions, 'qr').mockImplementationOnce(async (name) => {
      const code = await qr(name);
      await stage.scan(name);
      await until(name, 'READY');
      return code;
    });
    const { code, stdout } = await cli(['qr', 'ventas', '--save', file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(/QR 1 of ventas.*READY ventas/s) });
    expect(existsSync(file)).toBe(false);
  });

  test('a READY session is only told of; a stopped one is started', async () => {
    const { cli, engine, fingerprint, given, stage } = await service();
    await given('a', 'READY');
    await given('b', 'STOPPED');
    const before = await fingerprint();
    expect(await cli('qr a')).toMatchObject({ code: 0, stdout: /READY a is linked as 5491100000001 Ana/ });
    expect(await fingerprint()).toBe(before);
    const running = cli('qr b');
    (await engine.runOf('b')).showQr();
    await stage.scan('b');
    expect((await running).code).toBe(0);
  });

  test.each([
    ['a ban', /is DISCONNECTED_BANNED/, (run: FakeRun) => run.tell({ type: 'banned' })],
    ['a stop by another client', /is STOPPED/, (_: FakeRun, { sessions }: Service) => sessions.stop('ventas')],
  ])('%s ends it with what to do', async (_, said, end) => {
    const manager = await showing();
    const out = new Sink();
    const running = manager.cli('qr ventas', { stdout: out });
    await out.says(/QR 1/);
    await end(await manager.engine.runOf('ventas'), manager);
    expect(await running).toMatchObject({ code: 1, stderr: said });
  });

  test('LOGIN_MODE=server ends it with what to do', async () => {
    const { cli, engine, given } = await service({ env: { LOGIN_MODE: 'server' } });
    await given('ventas', 'LINKED');
    const out = new Sink();
    const running = cli('qr ventas', { stdout: out });
    await out.says(/RECONNECTING/);
    (await engine.runOf('ventas')).showQr();
    expect(await running).toMatchObject({ code: 4, stderr: /never shows a QR/ });
  });

  test('an unclaimed profile is not started but adopted', async () => {
    const { cli, given } = await service();
    await given('admin', 'UNCLAIMED');
    expect(await cli('qr admin')).toMatchObject({ code: 4, stderr: /Take it over in place: \.\/leadmaster adopt/ });
  });
});

test('pair prints the code and waits until READY', async () => {
  const { cli, context, engine, stage } = await showing();
  const out = new Sink();
  const running = cli(['pair', 'ventas', '+54 9 11 0000-0001'], { stdout: out });
  await out.says(/ABCD-1234/);
  await stage.scan('ventas');
  expect(await running).toMatchObject({ code: 0, stdout: /ABCD-1234.*READY ventas is linked/s });
  expect([context.roster.names(), engine.runs.length, engine.run.pairings]).toEqual([['ventas'], 1, ['5491100000001']]);
});

describe('where WhatsApp Web cannot be reached', () => {
  const found = { by: 'dns', detail: 'ERR_NAME_NOT_RESOLVED' } as const;

  /** A session whose page cannot be reached. */
  async function away() {
    const manager = await service();
    await manager.given('ventas', 'INITIALIZING');
    (await manager.engine.runOf('ventas')).tell({ type: 'unreachable', found });
    return manager;
  }

  test('qr and pair say why, once, and continue', async () => {
    const { cli, stage } = await away();
    const out = new Sink();
    const err = new Sink();
    const running = [cli('qr ventas', { stdout: out }), cli('pair ventas 5491100000001', { stderr: err })];
    await out.says(/INITIALIZING ventas: WhatsApp Web cannot be reached \(DNS: ERR_NAME_NOT_RESOLVED\)/);
    await err.says(/ventas: WhatsApp Web cannot be reached/);
    await stage.scan('ventas');
    for (const { code } of await Promise.all(running)) expect(code).toBe(0);
    expect(out.text.match(/cannot be reached/g)).toHaveLength(1);
    expect(err.text.match(/cannot be reached/g)).toHaveLength(1);
  });

  test('on a terminal in lines that fit it; with --json the cause as such', async () => {
    const { cli, stage } = await away();
    const [out, json] = [new Sink(), new Sink()];
    const terminal = { columns: 60, rows: 24 };
    const running = [cli('qr ventas', { stdout: out, terminal }), cli('qr ventas --json', { stdout: json })];
    await Promise.all([out.says(/DNS servers/), json.says(/unreachable/)]);
    const widths = stripVTControlCharacters(out.text)
      .split('\n')
      .map((line) => line.length);
    expect(Math.max(...widths)).toBeLessThan(60);
    const told = JSON.parse(json.text.split('\n')[0] ?? '').unreachable;
    expect(told).toEqual({ ...found, at: expect.stringMatching(/^\d{4}-.*Z$/) });
    await stage.scan('ventas');
    await Promise.all(running);
  });
});

describe('leadmaster qr, where no QR helps', () => {
  /** The command, once it has shown what it shows first. */
  async function shown(manager: Service, line: string, what: RegExp) {
    const out = new Sink();
    const running = manager.cli(line, { stdout: out });
    await out.says(what);
    return { out, running, run: await manager.engine.runOf('ventas') };
  }

  test('an account that wants a passkey ends it with the way out, exit 4', async () => {
    const manager = await showing();
    const { run, running } = await shown(manager, 'qr ventas', /QR 1 of ventas/);
    run.tell({ type: 'passkey', until: null });
    const { code, stderr } = await running;
    expect(code).toBe(4);
    expect(stderr).toContain('passkey_required');
    const { hint } = await manager.sessions.get('ventas');
    expect(hint).toContain('docs/passkeys.md');
    expect(stderr).toContain(hint);
  });

  test('another account than the session belongs to ends it with the way out, exit 4', async () => {
    const manager = await service();
    await manager.given('ventas', 'READY');
    manager.stage.showQrs();
    (await manager.engine.runOf('ventas')).tell({ type: 'unlinked', reason: 'LOGOUT' });
    await manager.until('ventas', 'QR_REQUIRED');
    const { running } = await shown(manager, 'qr ventas', /QR 1 of ventas/);
    await manager.stage.scan('ventas', accountOf(OTHER_PHONE));
    const { code, stderr } = await running;
    const { hint, state } = await manager.sessions.get('ventas');
    expect([code, state]).toEqual([4, 'WRONG_ACCOUNT']);
    expect(hint).toContain('./leadmaster account ventas --accept');
    expect(stderr).toContain(hint);
  });

  test('where the browser is visible it waits for the passkey, and continues by itself', async () => {
    const manager = await showing({ env: { LOGIN_MODE: 'local' } });
    const { out, run, running } = await shown(manager, 'qr ventas', /QR 1 of ventas/);
    run.tell({ type: 'passkey', until: null });
    await out.says(/Press Continue in the window/);
    await manager.stage.scan('ventas');
    expect((await running).code).toBe(0);
  });

  test('pair ends the same way', async () => {
    const manager = await showing();
    const { run, running } = await shown(manager, 'pair ventas 5491100000001', /ABCD-1234/);
    run.tell({ type: 'passkey', until: null });
    const { code, stderr } = await running;
    const { hint } = await manager.sessions.get('ventas');
    expect([code, stderr.includes(hint)]).toEqual([4, true]);
  });

  test('a login that the page erased is exit 4 with the command that brings it back; --json has it all', async () => {
    const manager = await service();
    await manager.given('ventas', 'LINKED');
    const { id } = await manager.take('ventas');
    const { run, running } = await shown(manager, '--json qr ventas', /RECONNECTING/);
    run.tell({ type: 'erased', reason: 'page_erased_login', detail: 'logout_reason=1' });
    const { code, stdout } = await running;
    expect(code).toBe(4);
    expect(stdout).toContain(`./leadmaster snapshot restore ventas ${id} --start`);
  });
});

test('pair of a session that is linked to another number is refused, and changes nothing', async () => {
  const { cli, fingerprint, given } = await service();
  for (const state of ['READY', 'LINKED'] as const) {
    if (state === 'LINKED') await cli('session stop ventas');
    await given('ventas', state);
    const before = await fingerprint();
    const ran = await cli('pair ventas 5491100000099');
    expect(ran).toMatchObject({
      code: 4,
      stdout: '',
      stderr: /linked to another number: 5491100000001, not 5491100000099/,
    });
    expect(await fingerprint()).toBe(before);
  }
  await given('ventas', 'READY');
  // The same number, as WhatsApp may spell it.
  expect(await cli('pair ventas +54-11-0000-0001')).toMatchObject({ code: 0, stdout: /READY/ });
});

test('pair of a session that another number links meanwhile is no success', async () => {
  const { cli, stage } = await showing();
  const out = new Sink();
  const running = cli('pair ventas 5491100000099', { stdout: out });
  await out.says(/until/);
  await stage.scan('ventas');
  expect(await running).toMatchObject({ code: 4, stderr: /linked to another number: 5491100000001/ });
});

test.each([
  ['qr ventas', /"type":"qr"/],
  ['pair ventas 5491100000001', /pairing-code/],
])('Ctrl-C during %s is exit 130, and with --json an error object', async (line, shown) => {
  const { cli } = await showing();
  const [out, signals] = [new Sink(), new EventEmitter()];
  const running = cli(`${line} --json`, { stdout: out, signals });
  await out.says(shown);
  signals.emit('SIGINT');
  const { code, stdout } = await running;
  expect(code).toBe(130);
  expect(JSON.parse(stdout.slice(stdout.lastIndexOf('\n{\n')))).toMatchObject({
    error: { code: 'interrupted', exitCode: 130 },
  });
  expect(signals.eventNames()).toEqual([]);
});
