import { LeadMasterError } from '@leadmaster/protocol';
import { expect, test } from 'vitest';
import type { HostRoute } from '../../src/http/host-routes.ts';
import { hubOver } from '../hub.ts';

const ROUTES: readonly HostRoute[] = [
  { method: 'POST', path: '/demo/acts', answer: async (body) => ({ body }) },
  {
    method: 'GET',
    path: '/demo/phones',
    answer: async () => {
      throw new LeadMasterError('wrong_state', 'Not now.', 'Later.');
    },
  },
];

test('a route of the host answers the operator alone, and fails as any other', async () => {
  const { ask, tenant } = await hubOver([], { hostRoutes: ROUTES });
  expect(await ask('/demo/acts', { body: { act: 'scan' } })).toMatchObject({
    status: 200,
    json: { body: { act: 'scan' } },
  });
  expect(await ask('/demo/phones')).toMatchObject({ status: 409, json: { code: 'wrong_state', hint: 'Later.' } });
  expect(await ask('/demo/acts', { key: null, body: {} })).toMatchObject({ status: 401 });
  const key = await tenant('acme');
  expect(await ask('/demo/acts', { key, body: {} })).toMatchObject({ status: 403, json: { code: 'forbidden' } });
});

test('a hub whose host adds nothing has none of them, and the contract does not name them', async () => {
  const plain = await hubOver([]);
  expect(await plain.ask('/demo/phones')).toMatchObject({ status: 404 });
  const { ask } = await hubOver([], { hostRoutes: ROUTES });
  expect((await ask('/openapi.json', { key: null })).text).not.toContain('/demo/');
});
