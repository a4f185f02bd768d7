import { NOT_ON_HUB, ROUTES, type Route, SCOPES, type Scope } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { ALL_ROUTES, refusable } from '../every-route.ts';
import { expiredKey } from '../expired-key.ts';
import { type HubWorld, hubOver } from '../hub.ts';

/** What a key is told of a route: the code of a refusal, or null where it opens it. */
type Told = (route: Route) => string | null;

interface Kind {
  key: string | null;
  told: Told;
}

const unauthorized: Told = ({ open }) => (open === true ? null : 'unauthorized');

function ofTenant(scopes: readonly Scope[]): Told {
  return ({ open, audience, scope }) => {
    if (open === true) return null;
    if (audience === 'operator') return 'forbidden';
    return scopes.includes(scope) ? null : 'scope_missing';
  };
}

function ofOperator(scopes: readonly Scope[]): Told {
  return ({ open, scope }) => (open === true || scopes.includes(scope) ? null : 'scope_missing');
}

function ofSomeSessions(told: Told): Told {
  return (route) => {
    const isWider = route.audience === 'operator' && !route.path.includes('{session}');
    return route.open !== true && isWider ? 'forbidden' : told(route);
  };
}

async function kinds({ ask, store, tenant }: HubWorld): Promise<Record<string, Kind>> {
  const made = async (body: object): Promise<string> => {
    const { json, text } = await ask('/v1/keys', { body: { name: 'walk', ...body } });
    expect(json.key, text).toBeTypeOf('string');
    return json.key;
  };
  const kinds: Record<string, Kind> = {
    none: { key: null, told: unauthorized },
    'of no hub': { key: 'wrong', told: unauthorized },
    'with another secret': { key: `${(await tenant('acme')).slice(0, -1)}!`, told: unauthorized },
    expired: { key: await expiredKey(store, 'acme', SCOPES), told: unauthorized },
    'for elsewhere': { key: await tenant('acme', SCOPES, { addresses: ['10.0.0.0/8'] }), told: unauthorized },
    'of a tenant, for one session': {
      key: await tenant('acme', SCOPES, { sessions: ['ventas'] }),
      told: ofTenant(SCOPES),
    },
    'of a tenant, for all': { key: await tenant('acme', SCOPES), told: ofTenant(SCOPES) },
    'of the operator, for one session': {
      key: await made({ scopes: SCOPES, sessions: ['ventas'] }),
      told: ofSomeSessions(ofOperator(SCOPES)),
    },
    'of the data folder': { key: 'admin', told: () => null },
  };
  for (const scope of SCOPES) {
    kinds[`of a tenant, ${scope} alone`] = { key: await tenant('acme', [scope]), told: ofTenant([scope]) };
    kinds[`of the operator, ${scope} alone`] = { key: await made({ scopes: [scope] }), told: ofOperator([scope]) };
  }
  return kinds;
}

describe('the table of routes, scopes and audiences holds on the hub:', () => {
  test('each kind of key opens what it says, and is refused the rest', { timeout: 120_000 }, async () => {
    const world = await hubOver(['one'], { ratePerSecond: 1e6, wrongKeyWaitMs: 0 });
    const wrong: unknown[] = [];
    for (const [name, { key, told }] of Object.entries(await kinds(world))) {
      for (const route of ALL_ROUTES) {
        const [path, ask] = refusable(route);
        const answer = await world.ask(path, { ...ask, ...(key === 'admin' ? {} : { key }) });
        const { status, json } = answer;
        // Routes for earlier services say the same in capitals.
        const code = json?.code?.toLowerCase();
        const refusal = told(route);
        const isRight =
          refusal === null
            ? ![401, 403].includes(status) && status < 500 && code !== 'not_found'
            : code === refusal && status === (refusal === 'unauthorized' ? 401 : 403);
        if (!isRight) wrong.push([name, route.id, refusal, status, answer.text.slice(0, 200)]);
      }
    }
    expect(wrong).toEqual([]);
  });

  test('a refusal comes before anything of the body', async () => {
    const { ask, tenant } = await hubOver(['one'], { ratePerSecond: 1e6, wrongKeyWaitMs: 0 });
    const key = await tenant('acme', ['read']);
    const reading = ALL_ROUTES.filter(({ method, open }) => method !== 'GET' && open !== true);
    for (const route of reading) {
      const [path, { method = 'POST' }] = refusable(route);
      // A body that never comes: who waits for it does not answer.
      const headers = { 'content-type': 'application/json', 'content-length': '1000' };
      const [none, lacking] = await Promise.all([
        ask(path, { method, headers, key: null, isCut: true }),
        ask(path, { method, headers, key, isCut: true }),
      ]);
      expect([route.id, none.status, lacking.status]).toEqual([route.id, 401, 403]);
    }
  });

  test('routes that the hub leaves out are not there, for any key', async () => {
    const { ask } = await hubOver(['one']);
    expect(Object.keys(NOT_ON_HUB)).toEqual([
      ...['prepareTransfer', 'getTransfer', 'missingOfTransfer', 'sendPiece', 'sealTransfer', 'commitTransfer'],
      ...['abortTransfer', 'getSending', 'tellSending', 'listHubBackups', 'saveHubBackup', 'confirmEvents'],
    ]);
    for (const id of Object.keys(NOT_ON_HUB) as (keyof typeof NOT_ON_HUB)[]) {
      const { method, path } = ROUTES[id];
      const { status } = await ask(path.replaceAll(/\{\w+\}/g, 'none'), { method });
      expect([id, [404, 405].includes(status)]).toEqual([id, true]);
    }
  });
});
