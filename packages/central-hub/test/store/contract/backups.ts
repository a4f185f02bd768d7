import { expect, test } from 'vitest';
import { Seal } from '../../../src/secrets/seal.ts';
import { readDocument } from '../../../src/store/backup-document.ts';
import type { HubStore } from '../../../src/store/index.ts';
import { AT, event, type Kind, key, machine, open, refusal, SECRET, tampered, tenant } from '../fixtures.ts';

const HASH = Buffer.alloc(32, 5);
const ENTRY = {
  ...{ actor: 'operator', action: 'createTenant', target: 'tenant:acme', from: '127.0.0.1', result: 'ok' },
  ...{ tenant: null, session: null, detail: {}, begun: null },
};
/** As it goes through the vault. */
const document = async ({ backups, hubId }: HubStore, local: string | null = null) =>
  readDocument(Buffer.from(JSON.stringify(await backups.take({ hub: hubId, secret: SECRET, local, at: AT }))));

/** A hub with a tenant, a key, a machine, the home of a session, and a line of the audit. */
async function filled(store: HubStore): Promise<void> {
  await store.tenants.create(tenant('acme'));
  await store.keys.create(key('one', { tenant: 'acme' }), HASH);
  await store.machines.add(machine('m1'), 'token of m1');
  await store.homes.reserve({ name: 'acme.ventas', tenant: 'acme', machine: 'm1' });
  await store.audit.append(ENTRY);
}

export function backupsContract({ place }: Kind): void {
  test('a hub comes back from its document in an empty database, with its identity, its keys and its audit', async () => {
    const lost = await open(await place());
    await filled(lost);
    const where = await place();
    const fresh = await open(where, new Seal('the-secret-of-a-fresh-machine'));
    await fresh.bringBack(await document(lost), 'here');

    const back = await open(where);
    expect(back.hubId).toBe(lost.hubId);
    expect(await back.tenants.get('acme')).toEqual(await lost.tenants.get('acme'));
    expect(await back.keys.find('one')).toEqual(await lost.keys.find('one'));
    expect(await back.machines.token('m1')).toBe('token of m1');
    expect(await back.homes.machineOf('acme.ventas')).toBe('m1');
    expect(await back.audit.verify(await lost.audit.head())).toMatchObject({ ok: true, lines: 1, given: 'kept' });
    await back.audit.append(ENTRY);
    expect(await back.audit.verify(null)).toMatchObject({ ok: true, lines: 2 });
    expect(await back.keys.revision()).toBeGreaterThan(await lost.keys.revision());
  });

  test('nothing is put over tenants or keys', async () => {
    const lost = await open(await place());
    await filled(lost);
    const used = await open(await place());
    await used.keys.create(key('other'), Buffer.alloc(32, 6));
    expect(await refusal(used.bringBack(await document(lost), 'here'))).toMatchObject({ code: 'wrong_state' });
    expect(await used.keys.find('other')).not.toBeNull();
    expect(await used.tenants.get('acme')).toBeNull();
  });

  test('the machine of the lost hub itself takes the name of the place, and the sessions on it go along', async () => {
    const lost = await open(await place());
    await filled(lost);
    const where = await place();
    await (await open(where)).bringBack(await document(lost, 'm1'), 'here');
    const back = await open(where);
    expect(await back.machines.get('m1')).toBeNull();
    expect(await back.machines.token('here')).toBe('token of m1');
    expect(await back.homes.machineOf('acme.ventas')).toBe('here');
  });

  test('each document has a number above the one before, also of several hubs and beyond what the vault has', async () => {
    const where = await place();
    const [one, other] = [await open(where), await open(where)];
    expect((await document(one)).number).toBe(1);
    expect((await document(other)).number).toBe(2);
    await one.backups.reached(7);
    await one.backups.reached(3);
    expect((await document(other)).number).toBe(8);
  });

  test('a change is told by its line, one of a key also without, and a text that is sent is none', async () => {
    const store = await open(await place());
    expect(await store.backups.standing(0, null)).toMatchObject({ hasChange: false, isEmpty: true });
    await filled(store);
    const first = await store.backups.standing(0, null);
    expect(first).toMatchObject({ line: 1, hasChange: true, isEmpty: false });
    await store.audit.append({ ...ENTRY, action: 'sendMessage' });
    await store.audit.append({ ...ENTRY, result: 'scope_missing' });
    expect(await store.backups.standing(first.line, null)).toEqual({ ...first, line: 3, hasChange: false });
    await store.keys.revoke('one');
    expect((await store.backups.standing(3, null)).marks).not.toBe(first.marks);
  });

  test('of a long audit the newest lines come back, behind a signed checkpoint that a change of them shows against', async () => {
    const lost = await open(await place());
    await filled(lost);
    for (let line = 0; line < 5; line += 1) await lost.audit.append(ENTRY);
    const cut = { hub: lost.hubId, secret: SECRET, local: null, at: AT, auditLines: 4 };
    const document = readDocument(Buffer.from(JSON.stringify(await lost.backups.take(cut))));
    const where = await place();
    await (await open(where)).bringBack(document, 'here');
    const back = await open(where);
    expect(await back.audit.verify(await lost.audit.head())).toMatchObject({
      ...{ ok: true, lines: 4, given: 'kept', checkpoint: { line: 2 } },
    });
    expect((await back.audit.page({ after: 0, limit: 10, all: true })).items.map(({ id }) => id)).toEqual([3, 4, 5, 6]);
    await tampered(where, "UPDATE audit SET actor = 'other' WHERE id = 3");
    expect(await back.audit.verify(null)).toMatchObject({
      ok: false,
      problems: [{ problem: 'line_changed', line: 3 }],
    });
  });

  test('what a machine was told of sending after the backup is off again, once, and nothing is on that was off', async () => {
    const lost = await open(await place());
    await filled(lost);
    const saved = await document(lost);
    await lost.tenants.update('acme', { sending: 'off' });
    const told = await lost.sending.wordFor('m1');
    const where = await place();
    await (await open(where)).bringBack(saved, 'here');
    const back = await open(where);
    expect([await back.sending.isBehind('m1'), (await back.tenants.get('acme'))?.sending]).toEqual([true, 'on']);
    await back.sending.catchUp('m1', told);
    expect([await back.sending.isBehind('m1'), (await back.tenants.get('acme'))?.sending]).toEqual([false, 'off']);
    expect(await back.sending.revision()).toBeGreaterThan(told.revision);
    await back.tenants.update('acme', { sending: 'on' });
    await back.sending.catchUp('m1', told);
    expect((await back.tenants.get('acme'))?.sending).toBe('on');
  });

  test('events of a hub that came back have numbers that were never given before', async () => {
    const lost = await open(await place());
    await filled(lost);
    const where = await place();
    const back = await open(where);
    await back.bringBack({ ...(await document(lost)), newestEvent: 4_200 }, 'here');
    const lease = await back.leases.claim('m1', 'test', 15);
    if (lease === null) throw new Error('the log of m1 was not free');
    const none = { changed: [], gone: [] };
    const { position } = lease;
    const to = { logId: 'log-1', cursor: 1 };
    await back.events.append(lease, { from: position, to, events: [event(1)], sessions: none, asOf: AT });
    expect(await back.events.newest()).toBeGreaterThan(1_000_000);
  });
}
