import { SERVICE_TOKEN, startTestManager } from '@leadmaster/testkit';
import { expect, onTestFinished, test, vi } from 'vitest';
import { hubOver } from '../hub.ts';

/** A hub that died between the two has taken the name, and has not asked the machine. */
test('a name that was taken for a session that was never made is free again, and one that was made stays', async () => {
  const manager = await startTestManager();
  onTestFinished(() => manager.close());
  const { store, ask } = await hubOver([]);
  const unreported = store.homes.unreported.bind(store.homes);
  vi.spyOn(store.homes, 'unreported').mockImplementation(() => unreported(-1_000)); // Long enough ago.
  const url = `http://127.0.0.1:${manager.port}`;
  const facts = { isDraining: false, facts: null, lastSeenAt: null, createdAt: new Date() };
  await manager.given('made', 'READY');
  await store.machines.add({ name: 'm1', url, ...facts }, SERVICE_TOKEN);
  for (const name of ['never-made', 'made']) await store.homes.reserve({ name, tenant: null, machine: 'm1' });
  await expect.poll(() => store.homes.machineOf('never-made')).toBeNull();
  expect(await store.homes.machineOf('made')).toBe('m1');
  expect((await ask('/v1/sessions', { body: { name: 'never-made', start: false } })).status).toBe(201);
});
