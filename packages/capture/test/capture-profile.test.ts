import { existsSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CaptureRequest, captureProfile } from '../src/index.ts';
import { supervise } from '../src/supervise.ts';
import { contentOf, INDEXED_DB, temporaryFolder, write } from './folders.ts';
import { Victim } from './victim.ts';

async function requestFor(browser: CaptureRequest['browser']): Promise<CaptureRequest> {
  const root = await temporaryFolder();
  const profileDir = join(root, 'profile');
  await write(profileDir, { [`${INDEXED_DB}/000003.log`]: 'log', 'Default/Cookies': 'no database' });
  return { profileDir, stagingDir: join(root, 'staging'), kind: 'essential', browser };
}

describe('a capture', () => {
  test('of a profile whose processes run: they stand still, and continue', async () => {
    const victim = await Victim.start();
    const request = await requestFor(victim.identity);
    const before = Date.now();
    await using capture = await captureProfile(request);
    await victim.writes();
    expect(['cgroup', 'sigstop']).toContain(capture.method);
    expect(capture.pauseMs).toBeGreaterThan(0);
    expect(capture.frozenAt.getTime()).toBeGreaterThanOrEqual(before);
    expect(capture).toMatchObject({ files: 2, bytes: 14 });
    expect(await contentOf(capture.entries, `${INDEXED_DB}/000003.log`)).toBe('log');
    // A log without CURRENT is no database that would open.
    expect(capture.structure.checks).toBeInstanceOf(Array);
    expect(statSync(request.stagingDir).mode & 0o777).toBe(0o700);
    await capture[Symbol.asyncDispose]();
    expect(existsSync(request.stagingDir)).toBe(false);
    await capture[Symbol.asyncDispose]();
  });

  test('of a profile that no process has open needs no pause', async () => {
    await using capture = await captureProfile(await requestFor(null));
    expect(capture).toMatchObject({ method: 'none', pauseMs: 0, files: 2 });
  });

  test('is refused for a browser that has ended, and leaves nothing', async () => {
    const victim = await Victim.start();
    await victim.end();
    const request = await requestFor(victim.identity);
    await expect(captureProfile(request)).rejects.toMatchObject({
      code: 'capture_failed',
      message: expect.stringContaining('ended'),
      hint: expect.stringContaining('again'),
    });
    expect(existsSync(request.stagingDir)).toBe(false);
  });

  test('is refused without a profile, and leaves nothing', async () => {
    const request = await requestFor(null);
    rmSync(request.profileDir, { recursive: true });
    await expect(captureProfile(request)).rejects.toMatchObject({ code: 'capture_failed' });
    expect(existsSync(request.stagingDir)).toBe(false);
  });

  test('never takes a folder that is there', async () => {
    const request = await requestFor(null);
    await mkdir(request.stagingDir);
    await expect(captureProfile(request)).rejects.toMatchObject({ code: 'capture_failed' });
    expect(existsSync(request.stagingDir)).toBe(true);
  });

  test('ends with the signal', async () => {
    const request = await requestFor(null);
    await expect(captureProfile({ ...request, signal: AbortSignal.abort(new Error('shutting down')) })).rejects.toThrow(
      'shutting down',
    );
    expect(existsSync(request.stagingDir)).toBe(false);
  });
});

describe('however the thread ends, the browser runs on', () => {
  const script = new URL('./fixtures/faulty-worker.ts', import.meta.url);

  function faulty(victim: Victim, how: string, signal?: AbortSignal): Promise<unknown> {
    const order = { profileDir: how, stagingDir: '', kind: 'essential' as const, browser: victim.identity };
    return supervise({ ...order, methods: ['cgroup', 'sigstop'], maxPauseMs: 100 }, { signal, script });
  }

  test.each([
    ['throws', /out of luck/],
    ['exits', /without an answer \(3\)/],
    ['hangs', /stood still for more than/],
  ])('it %s', async (how, message) => {
    const victim = await Victim.start();
    await expect(faulty(victim, how)).rejects.toMatchObject({
      code: 'capture_failed',
      message: expect.stringMatching(message),
    });
    await victim.writes();
  });

  test('it is called off', async () => {
    const victim = await Victim.start();
    const controller = new AbortController();
    const taken = faulty(victim, 'hangs', controller.signal);
    const stopped = expect(taken).rejects.toThrow('shutting down');
    await expect.poll(() => victim.standsStill(), { timeout: 30_000 }).toBe(true);
    controller.abort(new Error('shutting down'));
    await stopped;
    await victim.writes();
  });
});
