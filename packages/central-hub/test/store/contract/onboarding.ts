import { expect, test } from 'vitest';
import type { HubStore } from '../../../src/store/index.ts';
import type { WantedLink } from '../../../src/store/onboarding-links.ts';
import { AT, type Kind, machine, open, refusal, session } from '../fixtures.ts';

const MINUTE = 60_000;
const CLAIM = Buffer.from('a claim');
const OTHER_CLAIM = Buffer.from('another claim');

function wanted(id: string, more: Partial<WantedLink> = {}): WantedLink {
  const none = { language: null, expectedPhone: null };
  return {
    id,
    session: 'ventas',
    tokenHash: Buffer.from(`token ${id}`),
    lifeMs: MINUTE,
    createdAt: AT,
    ...none,
    ...more,
  };
}

/** The link by its token, as it is now. */
async function now({ onboarding }: HubStore, id: string) {
  const found = await onboarding.find(Buffer.from(`token ${id}`));
  if (found === null) throw new Error(`${id} is not there`);
  return found;
}

export function onboardingContract({ place }: Kind): void {
  test('a link is found by its token alone, and waits until its time is over', async () => {
    const store = await open(await place());
    const full = wanted('l1', { language: 'es', expectedPhone: '5491122334455' });
    const made = await store.onboarding.create(full);
    expect(made).toMatchObject({
      id: 'l1',
      session: 'ventas',
      state: 'waiting',
      language: 'es',
      claims: 0,
      lateTries: 0,
    });
    expect(await now(store, 'l1')).toEqual(made);
    expect(made.expectedPhone).toBe('5491122334455');
    expect(await store.onboarding.find(Buffer.from('token L1'))).toBeNull();
    await store.onboarding.create(wanted('over', { lifeMs: -1 }));
    expect((await now(store, 'over')).state).toBe('expired');
  });

  test('a claim is counted, and the later one takes the link over with no code of the one before', async () => {
    const store = await open(await place());
    await store.onboarding.create(wanted('l1'));
    const first = await store.onboarding.claim('l1', CLAIM);
    expect(first).toMatchObject({ claims: 1, claimHash: CLAIM, code: null });
    expect(first?.claimedAt).not.toBeNull();
    const code = { code: 'ABCD1234', expiresAt: new Date(Date.now() + MINUTE).toISOString() };
    expect(await store.onboarding.keepCode('l1', CLAIM, code)).toBe(true);
    expect((await now(store, 'l1')).code).toEqual(code);
    expect(await store.onboarding.claim('l1', OTHER_CLAIM)).toMatchObject({
      claims: 2,
      claimHash: OTHER_CLAIM,
      code: null,
    });
    expect(await store.onboarding.keepCode('l1', CLAIM, code)).toBe(false);
    expect((await now(store, 'l1')).code).toBeNull();
    await store.onboarding.revoke('ventas', 'l1');
    expect(await store.onboarding.keepCode('l1', OTHER_CLAIM, code)).toBe(false);
  });

  test('a code is kept no longer than WhatsApp takes it', async () => {
    const store = await open(await place());
    await store.onboarding.create(wanted('l1'));
    await store.onboarding.claim('l1', CLAIM);
    await store.onboarding.keepCode('l1', CLAIM, {
      code: 'ABCD1234',
      expiresAt: new Date(Date.now() - 1).toISOString(),
    });
    expect((await now(store, 'l1')).code).toBeNull();
  });

  test('a link ends once: linked, revoked or expired, and is then claimed no more; later tries are counted', async () => {
    const store = await open(await place());
    for (const id of ['linked', 'revoked']) await store.onboarding.create(wanted(id));
    await store.onboarding.create(wanted('expired', { lifeMs: -1 }));
    expect(await store.onboarding.end('linked')).toBe(true);
    expect(await store.onboarding.end('linked')).toBe(false);
    expect(await store.onboarding.revoke('ventas', 'linked')).toBe(true);
    expect(await store.onboarding.revoke('ventas', 'revoked')).toBe(true);
    expect(await store.onboarding.end('revoked')).toBe(false);
    for (const id of ['linked', 'revoked', 'expired']) {
      expect(await store.onboarding.claim(id, CLAIM)).toBeNull();
      await store.onboarding.countLateTry(id);
      expect(await now(store, id)).toMatchObject({ state: id, claims: 0, lateTries: 1 });
    }
  });

  test('a link of another session is not there to be revoked', async () => {
    const store = await open(await place());
    await store.onboarding.create(wanted('l1'));
    expect(await store.onboarding.revoke('acme.ventas', 'l1')).toBe(false);
    expect(await store.onboarding.revoke('ventas', 'l2')).toBe(false);
    expect((await now(store, 'l1')).state).toBe('waiting');
  });

  test('links are listed by session, in pages; one has 20 open ones at most', async () => {
    const store = await open(await place());
    const ids = Array.from({ length: 20 }, (_, at) => `l${String(at).padStart(2, '0')}`);
    for (const id of ids) await store.onboarding.create(wanted(id));
    await store.onboarding.create(wanted('x', { session: 'otra' }));
    expect((await refusal(store.onboarding.create(wanted('l20')))).code).toBe('limit_reached');
    await store.onboarding.revoke('ventas', 'l00');
    await store.onboarding.create(wanted('l20'));
    const page = await store.onboarding.list({ session: 'ventas', after: 'l17', limit: 2 });
    expect([page.items.map(({ id }) => id), page.next]).toEqual([['l18', 'l19'], 'l19']);
  });

  test('a link has five codes, and a number five within an hour, however they are asked for', async () => {
    const store = await open(await place());
    for (const id of ['a', 'b', 'c']) await store.onboarding.create(wanted(id));
    const asked = Array.from({ length: 8 }, (_, at) => store.onboarding.countCode('a', `549110000000${at}`));
    const answers = await Promise.allSettled(asked);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (let count = 0; count < 5; count += 1) await store.onboarding.countCode('b', '5491199990000');
    const refused = await refusal(store.onboarding.countCode('c', '5491199990000'));
    expect([refused.code, refused.extra]).toEqual(['rate_limited', { retryAfter: 3600 }]);
    await store.onboarding.countCode('c', '5491199990001');
  });

  test('the links of a session end with it, so that another one of its name is not linked by them', async () => {
    const store = await open(await place());
    await store.machines.add(machine('m1'), 'token');
    for (const name of ['ventas', 'otra']) await store.sessions.put('m1', session(name), AT);
    await store.onboarding.create(wanted('l1'));
    await store.onboarding.create(wanted('l2', { session: 'otra' }));
    await store.sessions.remove('m1', 'ventas');
    expect([(await now(store, 'l1')).state, (await now(store, 'l2')).state]).toEqual(['revoked', 'waiting']);
    await store.homes.reserve({ name: 'nueva', tenant: null, machine: 'm1' });
    await store.onboarding.create(wanted('l3', { session: 'nueva' }));
    await store.homes.release('nueva', 'm1');
    expect((await now(store, 'l3')).state).toBe('revoked');
  });

  test('links are forgotten some time after their end, with their codes', async () => {
    const store = await open(await place());
    await store.onboarding.create(wanted('old', { lifeMs: -10 * MINUTE }));
    await store.onboarding.countCode('old', '5491199990000');
    await store.onboarding.create(wanted('new', { lifeMs: -MINUTE }));
    expect(await store.onboarding.prune(5 * MINUTE)).toBe(1);
    const { items } = await store.onboarding.list({ session: 'ventas', limit: 9 });
    expect(items.map(({ id }) => id)).toEqual(['new']);
  });
}
