import { expect, test } from 'vitest';
import { LIVE_VERSION } from '../../../src/engine/wwebjs/served-page.ts';
import { tamedClient } from '../../../src/engine/wwebjs/tamed-client.ts';

test('is told of its browser once, although the library tells its strategy again after a logout', async () => {
  let told = 0;
  const client = tamedClient({ webVersion: LIVE_VERSION }, () => {
    told += 1;
  });
  const page = {
    on: () => undefined,
    evaluate: async () => undefined,
    evaluateOnNewDocument: async () => undefined,
    exposeFunction: async () => undefined,
  };
  Object.assign(client, { pupPage: page });
  const { authStrategy } = client as unknown as { authStrategy: { afterBrowserInitialized(): Promise<void> } };
  await authStrategy.afterBrowserInitialized();
  await authStrategy.afterBrowserInitialized();
  expect(told).toBe(1);
});
