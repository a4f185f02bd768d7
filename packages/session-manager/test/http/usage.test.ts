import { usageReport } from '@leadmaster/protocol';
import { expect, test, vi } from 'vitest';
import { serve } from './serve.ts';

test('what a browser uses is told once its session was READY for a moment, and forgotten with the session', async () => {
  const { ask, engine, given } = await serve();
  engine.onRun = (run) => {
    run.usage = { memoryBytes: 300 * 2 ** 20, processorMs: 2_500 };
  };
  await given('a', 'READY');
  const path = '/v1/sessions/a/usage';
  expect((await ask(path)).json).toEqual({ everySeconds: 60, items: [] });
  const { json } = await vi.waitFor(
    async () => {
      const answer = await ask(path);
      expect(answer.json.items).toHaveLength(1);
      return answer;
    },
    { timeout: 15_000 },
  );
  expect(usageReport.parse(json)).toEqual(json);
  expect(json.items).toMatchObject([{ memoryBytes: 300 * 2 ** 20, processorMs: 2_500 }]);
  for (const query of ['hours=0', 'hours=25', 'minutes=1'])
    expect([query, (await ask(`${path}?${query}`)).status]).toEqual([query, 400]);
  expect((await ask('/v1/sessions/none/usage')).json.code).toBe('session_not_found');
  await ask('/v1/sessions/a', { method: 'DELETE' });
  await given('a', 'QR_REQUIRED');
  expect((await ask(path)).json.items).toEqual([]);
});
