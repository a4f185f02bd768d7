import { expect, test } from 'vitest';
import { proveReturn } from '../../prove/service/return-proof.ts';

/** A short slice of `npm run prove -- twelve`; how fast all that is, the proof itself judges. */
test('sessions come back READY after a restart of the service, each once', { timeout: 180_000 }, async () => {
  expect(await proveReturn({ sessions: 2 })).toMatchObject({ sessions: 2, notReady: [], clones: [], leftBehind: [] });
});
