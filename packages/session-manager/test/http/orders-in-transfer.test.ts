import { expect, test } from 'vitest';
import { type Served, serve } from './serve.ts';

const AT = '/v1/sessions/ventas';
const KEY = 'a-key-of-the-other-manager';

/** A session that runs here, and a transfer of it whose seal waits until an order has been given meanwhile. */
async function underWay(state: 'LINKED' | 'READY', order: (here: Served) => Promise<void>) {
  const here = await serve();
  await here.given('ventas', state);
  here.stage.takeLogins();
  const there = await serve({ env: { LEADMASTER_ADMIN_KEY: KEY } });
  const { arrivals } = there.context;
  const { seal } = arrivals;
  arrivals.seal = async (...given) => {
    await order(here);
    return seal.apply(arrivals, given);
  };
  const body = { to: `http://127.0.0.1:${there.port}`, key: KEY };
  const transfer = () => here.ask(`${AT}/transfer`, { body });
  const isThere = () => there.context.roster.has('ventas');
  return { here, there, transfer, isThere };
}

test('a restore that waited until a session had moved away puts no second owner in its place', async () => {
  const restored = Promise.withResolvers<number>();
  const { here, transfer, isThere } = await underWay('LINKED', async ({ ask, context }) => {
    const waits = Promise.withResolvers<void>();
    const { access } = context;
    const { replace } = access;
    access.replace = (session, options, task) => {
      waits.resolve();
      return replace(session, options, task);
    };
    const [snapshot] = (await ask(`${AT}/snapshots`)).json.items;
    const body = { overwriteNewer: true };
    const asked = ask(`${AT}/snapshots/${snapshot.id}/restore`, { body });
    void asked.then(({ status }) => restored.resolve(status), restored.reject);
    await waits.promise;
  });
  await here.take('ventas');
  expect((await transfer()).json.state).toBe('MOVED');
  expect(await restored.promise).toBe(409);
  expect([(await here.ask(AT)).json.state, isThere()]).toEqual(['MOVED', true]);
});

test('a logout of what has moved away is refused, and no word of success is told of it', async () => {
  const { here, transfer } = await underWay('LINKED', async () => undefined);
  await transfer();
  const refused = await here.ask(`${AT}/logout`, { method: 'POST' });
  expect([refused.status, refused.json.code]).toEqual([409, 'session_moved']);
});

test('a stop that is ordered meanwhile holds: the session stays, and does not run elsewhere', async () => {
  const { here, transfer, isThere } = await underWay('READY', async ({ ask }) => {
    expect((await ask(`${AT}/stop`, { method: 'POST' })).status).toBe(202);
  });
  const refused = await transfer();
  expect([refused.status, refused.json.code]).toEqual([409, 'wrong_state']);
  expect((await here.ask(AT)).json.state).toBe('STOPPED');
  expect(isThere()).toBe(false);
});
