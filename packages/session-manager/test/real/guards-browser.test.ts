import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { browsersOn, groupMembers } from '@leadmaster/capture/processes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Stage } from './harness.ts';

/** A browser that is not there, does not start, hangs, or is told to stop while it starts. */
describe('a browser that does not do its part', { timeout: 60_000 }, () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leadmaster-browser-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** A program that names itself as Chromium, and otherwise does what the lines say. */
  async function fakeBrowser(lines: string): Promise<string> {
    const path = join(folder, 'chromium');
    const version = `case "$*" in *--version*) echo 'Chromium 156.0.0.0'; exit 0;; esac`;
    await writeFile(path, `#!/bin/sh\n${version}\n${lines}\nexec true\n`);
    await chmod(path, 0o755);
    return path;
  }

  test('is named when CHROME_PATH leads to nothing', async () => {
    await using stage = await Stage.open({ env: { CHROME_PATH: join(folder, 'nothing') } });
    await stage.start();
    const session = await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    expect(session).toMatchObject({ state: 'ERROR', reason: 'browser_missing', stateKind: 'needs_person' });
    expect(session.hint).toContain(join(folder, 'nothing'));
    expect(session.hint).toContain('CHROME_PATH');
  });

  test('is tried a few times when it ends at once, then the operator is asked, with its last words', async () => {
    const path = await fakeBrowser(`echo "error while loading libnss3.so" >&2\nexit 1`);
    await using stage = await Stage.open({
      env: { CHROME_PATH: path, BACKOFF_FIRST_MS: '10', BACKOFF_MAX_S: '0.02' },
    });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const session = await stage.until('ventas', 'ERROR', 'browser_failed');
    expect(session.hint).toContain(path);
    expect(session.hint).toContain('libnss3.so');
    expect((await stage.path('ventas')).filter((step) => step.endsWith('launch_failed'))).toHaveLength(4);
  });

  test('is given up within its deadline when it hangs, and leaves no process', async () => {
    const path = await fakeBrowser(`trap '' INT TERM\nwhile :; do sleep 1; done`);
    await using stage = await Stage.open({ env: { CHROME_PATH: path, LAUNCH_DEADLINE_S: '0.5' } });
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    await stage.until('ventas', 'DISCONNECTED_RECOVERABLE', 'launch_failed', 5_000);
    const failed = (await stage.eventsOf('ventas', 'session.state')).find((e) => e.data.reason === 'launch_failed');
    expect(failed?.data.detail).toContain(path);
    await stage.sessions.stop('ventas');
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
    expect((await stage.sessions.get('ventas')).state).toBe('STOPPED');
  });

  test('is gone whenever it is told to stop while it starts', async () => {
    await using stage = await Stage.open();
    await stage.start();
    await stage.sessions.create({ name: 'ventas', start: false, metadata: {} });
    const profile = join(stage.dataDir, 'tokens/ventas');
    const left: string[] = [];
    for (const ms of [0, 1, 3, 6, 10, 15, 25, 50, 100, 200, 350, 500]) {
      await stage.sessions.start('ventas');
      await sleep(ms);
      const stopped = await stage.sessions.stop('ventas');
      if (stopped.state !== 'STOPPED') left.push(`after ${ms} ms it is ${stopped.state} (${stopped.reason})`);
      for (const { pid } of browsersOn(profile)) left.push(`after ${ms} ms: ${groupMembers(pid).length} processes`);
    }
    expect(left).toEqual([]);
    // Nothing comes up afterwards either.
    await sleep(500);
    expect(browsersOn(profile)).toEqual([]);
    await stage.sessions.start('ventas');
    await stage.until('ventas', 'QR_REQUIRED');
  });

  test('is gone, and the folder in trash, when the session is deleted while it starts', async () => {
    await using stage = await Stage.open();
    await stage.start();
    for (const ms of [0, 20, 300]) {
      await stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
      await sleep(ms);
      await stage.sessions.delete('ventas');
      expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
      await expect(stage.sessions.get('ventas')).rejects.toMatchObject({ code: 'session_not_found' });
      await expect(readFile(join(stage.dataDir, 'tokens/ventas/.leadmaster.json'))).rejects.toThrow('ENOENT');
    }
  });

  test('is one, however many ask for it at once', async () => {
    await using stage = await Stage.open();
    await stage.start();
    const create = () => stage.sessions.create({ name: 'ventas', start: true, metadata: {} });
    const made = await Promise.allSettled([create(), create(), create()]);
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    await Promise.all([1, 2, 3].map(() => stage.sessions.start('ventas')));
    await stage.until('ventas', 'QR_REQUIRED');
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toHaveLength(1);
    await Promise.all([stage.sessions.stop('ventas'), stage.sessions.stop('ventas')]);
    expect((await stage.sessions.get('ventas')).state).toBe('STOPPED');
    const gone = await Promise.allSettled([stage.sessions.delete('ventas'), stage.sessions.delete('ventas')]);
    expect(gone.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(browsersOn(join(stage.dataDir, 'tokens/ventas'))).toEqual([]);
  });
});
