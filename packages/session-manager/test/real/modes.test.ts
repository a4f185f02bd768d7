import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { commandLine } from '@leadmaster/capture/processes';
import { describe, expect, test } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { Stage } from './harness.ts';

const ANA = '5491100000001';
const NEWER = '2.3000.9999999999';
const run = promisify(execFile);

describe('LOGIN_MODE=server', { timeout: 60_000 }, () => {
  test('starts no browser without a saved login, and says what to do instead', async () => {
    await using stage = await Stage.open({ env: { LOGIN_MODE: 'server' } });
    await stage.start();
    const session = await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    expect(session).toMatchObject({ state: 'AUTH_FAILURE', reason: 'login_required', stateKind: 'needs_person' });
    expect(session.hint).toContain('LOGIN_MODE=qr');
    expect(session.runtime).toBeNull();
    expect(await readdir(join(stage.dataDir, 'tokens', 'ventas'))).toEqual(['.leadmaster.json']);
    await expect(stage.sessions.qr('ventas')).rejects.toMatchObject({ code: 'not_waiting_for_qr' });
  });

  test('is READY with a saved login; one that was unlinked meanwhile stays in place, and no QR is shown', async () => {
    await using stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', ANA);
    await stage.stop();
    await stage.start({ LOGIN_MODE: 'server' });
    await stage.until('ventas', 'READY');
    await stage.stop();
    await stage.world.phone(ANA).unlink();
    await stage.start({ LOGIN_MODE: 'server' });
    const refused = await stage.until('ventas', 'AUTH_FAILURE', 'login_refused');
    expect(refused).toMatchObject({ stateKind: 'needs_person', account: { phone: ANA } });
    expect(await readdir(join(stage.dataDir, 'trash'))).toEqual([]);
    expect(existsSync(join(stage.dataDir, 'tokens/ventas/Default/Local Storage/leveldb/CURRENT'))).toBe(true);
    expect((await stage.path('ventas')).filter((step) => step.startsWith('QR_REQUIRED'))).toHaveLength(1);
    // The person links it again, in the mode that may.
    await stage.stop();
    await stage.start({ LOGIN_MODE: 'qr' });
    const { qr } = await stage.nextQr('ventas');
    await stage.world.phone(ANA).scan(qr);
    await stage.until('ventas', 'READY');
    expect(stage.clones()).toEqual([]);
  });
});

const chromium = await findBrowser({ chromePath: null, visible: true }).catch(() => null);
const display = await hasDisplayTools();
if (!display || chromium === null)
  console.info('no Xvfb, xwininfo or full Chromium here: LOGIN_MODE=local is not proven');

describe('LOGIN_MODE=local', { timeout: 60_000 }, () => {
  test.skipIf(!display || chromium === null)('opens a window on the screen, which is linked by a scan', async () => {
    await using screen = await Screen.open();
    process.env.DISPLAY = screen.name;
    await using stage = await Stage.open({ env: { LOGIN_MODE: 'local' } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const { qr } = await stage.nextQr('ventas');
    expect(commandLine(stage.browserPid('ventas')).some((flag) => flag.startsWith('--headless'))).toBe(false);
    const { stdout } = await run('xwininfo', ['-root', '-tree'], { env: { DISPLAY: screen.name } });
    expect(stdout).toMatch(/WhatsApp.*\("chromium/i);
    await stage.world.phone(ANA).scan(qr);
    const ready = await stage.until('ventas', 'READY');
    expect(ready).toMatchObject({ loginMode: 'local', runtime: { browser: 'chromium' } });
  });

  test.skipIf(chromium === null)('says that a screen is missing when there is none', async () => {
    delete process.env.DISPLAY;
    await using stage = await Stage.open({
      env: { LOGIN_MODE: 'local', BACKOFF_FIRST_MS: '10', BACKOFF_MAX_S: '0.02' },
    });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const failed = await stage.until('ventas', 'ERROR');
    expect(failed.reason).toBe('display_missing');
    expect(failed.hint).toContain('LOGIN_MODE=qr');
  });
});

describe('WEB_VERSION', { timeout: 60_000 }, () => {
  test('pins the page that the data folder has kept, also after WhatsApp serves another', async () => {
    await using stage = await Stage.open();
    const first = stage.world.settings.page.version;
    await stage.start();
    const linked = await stage.link('ventas', ANA);
    expect(linked.runtime?.webVersion).toBe(first);
    expect(await readdir(join(stage.dataDir, 'web-cache'))).toEqual([`${first}.html`, `${first}.sha256`]);
    await stage.stop();
    stage.world.configure({ page: { version: NEWER } });

    await stage.start({ WEB_VERSION: first });
    expect((await stage.until('ventas', 'READY')).runtime?.webVersion).toBe(first);
    await stage.stop();

    await stage.world.faults.set({ deprecated: first });
    await stage.start({ WEB_VERSION: first });
    const refused = await stage.until('ventas', 'ERROR', 'pinned_web_version_deprecated');
    expect(refused.hint).toContain('WEB_VERSION');
    await stage.stop();

    await stage.start({ WEB_VERSION: '2.2000.1' });
    const missing = await stage.until('ventas', 'ERROR', 'web_version_missing');
    expect(missing.hint).toContain('WEB_VERSION');
    await stage.stop();

    await stage.start();
    await stage.until('ventas', 'READY');
    expect(stage.clones()).toEqual([]);
  });
});

/** A virtual screen, for a test's own windows. */
class Screen implements AsyncDisposable {
  readonly name: string;
  readonly #close: () => Promise<void>;

  private constructor(name: string, close: () => Promise<void>) {
    this.name = name;
    this.#close = close;
  }

  static async open(): Promise<Screen> {
    // It chooses a free number itself, and writes it to the descriptor once it serves.
    const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const exited = once(server, 'exit');
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    return new Screen(`:${line}`, async () => {
      server.kill();
      await exited;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

async function hasDisplayTools(): Promise<boolean> {
  const found = ['Xvfb', 'xwininfo'].map((tool) => run('which', [tool]));
  return Promise.all(found).then(
    () => true,
    () => false,
  );
}
