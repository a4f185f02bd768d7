import { describe, expect, onTestFinished, test } from 'vitest';
import { serve } from './serve.ts';

/** Longer than any answer that is given at once. */
const SOON_MS = 5_000;

/** A READY session whose browser does not end before it is let go. */
async function held() {
  const manager = await serve();
  await manager.given('a', 'READY');
  const gate = Promise.withResolvers<void>();
  onTestFinished(() => gate.resolve());
  const run = await manager.engine.runOf('a');
  run.onStop = () => gate.promise;
  return { ...manager, gate, run };
}

/** The order's answer, or null where none comes soon. */
async function soon<T>(answer: Promise<T>): Promise<T | null> {
  const late = Promise.withResolvers<null>();
  const timer = setTimeout(() => late.resolve(null), SOON_MS);
  return Promise.race([answer, late.promise]).finally(() => clearTimeout(timer));
}

describe('an order to a session whose browser takes long to end', () => {
  test.each(['stop', 'restart', 'logout'])('%s answers at once with the state it is in', async (order) => {
    const { ask, gate, until } = await held();
    const answer = await soon(ask(`/v1/sessions/a/${order}`, { method: 'POST' }));
    gate.resolve();
    expect(answer).toMatchObject({ status: 202, json: { name: 'a', stateKind: 'transient' } });
    await until('a', order === 'restart' ? 'RECONNECTING' : 'STOPPED');
  });

  test.each(['stop', 'restart', 'logout'])('%s waits no longer than it is asked to', async (order) => {
    const { ask, gate, until } = await held();
    const before = performance.now();
    const answer = await soon(ask(`/v1/sessions/a/${order}?wait=1`, { method: 'POST' }));
    const took = performance.now() - before;
    gate.resolve();
    expect(answer).toMatchObject({ status: 202, json: { stateKind: 'transient' } });
    expect(took).toBeGreaterThan(900);
    await until('a', order === 'restart' ? 'RECONNECTING' : 'STOPPED');
  });

  test('stop with a wait answers as soon as it has stopped', async () => {
    const { ask, gate, until } = await held();
    const answer = ask('/v1/sessions/a/stop?wait=30', { method: 'POST' });
    await until('a', 'STOPPING');
    gate.resolve();
    expect(await soon(answer)).toMatchObject({ status: 202, json: { state: 'STOPPED' } });
  });

  test('what fails before the wait is over is the answer', async () => {
    const { ask, run } = await held();
    run.logout = async () => {
      throw new Error('WhatsApp does not answer');
    };
    const answer = await soon(ask('/v1/sessions/a/logout?wait=30', { method: 'POST' }));
    expect(answer?.status).toBeGreaterThanOrEqual(500);
    expect((await ask('/v1/sessions/a')).json.state).toBe('READY');
  });

  test('what fails after the answer is written to the log', async () => {
    const { ask, logLines, run } = await held();
    const gate = Promise.withResolvers<void>();
    run.logout = async () => {
      await gate.promise;
      throw new Error('WhatsApp does not answer');
    };
    expect((await ask('/v1/sessions/a/logout', { method: 'POST' })).status).toBe(202);
    gate.resolve();
    await expect.poll(() => logLines.join('')).toContain('WhatsApp does not answer');
    expect((await ask('/v1/sessions/a')).json).toMatchObject({ state: 'READY', desired: 'running' });
  });

  test('a stop is the last word over a restart that is still ending the browser', async () => {
    const { ask, engine, gate, until } = await held();
    const restarted = ask('/v1/sessions/a/restart?wait=30', { method: 'POST' });
    await until('a', 'STOPPING');
    const stopped = ask('/v1/sessions/a/stop?wait=30', { method: 'POST' });
    await expect.poll(async () => (await ask('/v1/sessions/a')).json.desired).toBe('stopped');
    gate.resolve();
    expect((await stopped).json).toMatchObject({ state: 'STOPPED', desired: 'stopped' });
    expect((await restarted).json).toMatchObject({ state: 'STOPPED', desired: 'stopped' });
    expect(engine.runs).toHaveLength(1);
  });

  test('a stop is the last word over a logout that fails after it', async () => {
    const { ask, run, until } = await held();
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    run.onStop = async () => undefined;
    run.logout = async () => {
      asked.resolve();
      await gate.promise;
      throw new Error('WhatsApp does not answer');
    };
    await ask('/v1/sessions/a/logout', { method: 'POST' });
    await asked.promise;
    const stopped = ask('/v1/sessions/a/stop?wait=30', { method: 'POST' });
    await expect.poll(async () => (await ask('/v1/sessions/a')).json.desired).toBe('stopped');
    gate.resolve();
    await stopped;
    await until('a', 'STOPPED');
    expect((await ask('/v1/sessions/a')).json.desired).toBe('stopped');
  });

  test('is refused as before where it is refused at once', async () => {
    const { ask } = await held();
    for (const order of ['stop', 'restart', 'logout'])
      expect((await ask(`/v1/sessions/none/${order}`, { method: 'POST' })).json).toMatchObject({ status: 404 });
  });
});
