import { expect, test } from 'vitest';
import type { AuditEntry } from '../../../src/store/audit-rows.ts';
import type { HubStore } from '../../../src/store/index.ts';
import { type Kind, open, type Place, tampered } from '../fixtures.ts';

const DAY_MS = 86_400_000;
/** An age in the future: every line is older, by more than the day that pruning waits. */
const TOO_OLD = -2 * DAY_MS;

function act(action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  const of = { tenant: null, session: null, detail: {}, begun: null };
  return { actor: 'operator', action, target: 'tenant:acme', from: '127.0.0.1', result: 'ok', ...of, ...more };
}

/** A log of so many lines. */
async function written(place: Place, count: number): Promise<HubStore> {
  const store = await open(place);
  for (let n = 1; n <= count; n += 1) await store.audit.append(act(`act${n}`));
  return store;
}

const found = async ({ audit }: HubStore) =>
  (await audit.verify(null)).problems.map(({ problem, line }) => [problem, line]);
const actions = async ({ audit }: HubStore) => (await audit.page(ALL)).items.map(({ action }) => action);
const ALL = { after: 0, limit: 500, all: true };

export function auditContract({ place }: Kind): void {
  test('lines of the audit have numbers without a hole, in the order in which they were added', async () => {
    const { audit } = await open(await place());
    const added = await Promise.all(Array.from({ length: 30 }, (_, n) => audit.append(act(`act${n}`))));
    expect(added.map(({ id }) => id)).toEqual(added.map((_, n) => n + 1));
    const { items, cursor } = await audit.page(ALL);
    expect([items, cursor]).toEqual([added, 30]);
    expect(await audit.verify(null)).toMatchObject({ ok: true, lines: 30, checkpoint: null, problems: [] });
  });

  test('an empty audit is whole', async () => {
    const { audit } = await open(await place());
    expect(await audit.head()).toEqual({ line: 0, at: null, mac: '' });
    expect(await audit.verify(null)).toMatchObject({ ok: true, lines: 0 });
    expect(await audit.page(ALL)).toEqual({ items: [], cursor: 0 });
  });

  test('that a change has begun is listed until its result is there, and always among all lines', async () => {
    const { audit } = await open(await place());
    const { id } = await audit.append(act('createKey', { result: 'begun' }));
    const results = async (all: boolean) => (await audit.page({ ...ALL, all })).items.map(({ result }) => result);
    expect(await results(false)).toEqual(['begun']);
    await audit.append(act('createKey', { begun: id }));
    expect(await results(false)).toEqual(['ok']);
    expect(await results(true)).toEqual(['begun', 'ok']);
  });

  test('a page is of one tenant, or of one session; its cursor reads on', async () => {
    const { audit } = await open(await place());
    await audit.append(act('a', { tenant: 'acme', session: 'acme.one' }));
    await audit.append(act('b', { tenant: 'beta' }));
    await audit.append(act('c', { tenant: 'acme' }));
    const asked = async (query: object) => {
      const { items, cursor } = await audit.page({ ...ALL, ...query });
      return [items.map(({ action }) => action).join(''), cursor];
    };
    expect(await asked({ tenant: 'acme' })).toEqual(['ac', 3]);
    expect(await asked({ session: 'acme.one' })).toEqual(['a', 3]);
    expect(await asked({ limit: 2 })).toEqual(['ab', 2]);
    expect(await asked({ after: 2 })).toEqual(['c', 3]);
    expect(await asked({ after: 3 })).toEqual(['', 3]);
  });

  test('the newest lines come first where that is asked for, and the cursor leads to those before', async () => {
    const { audit } = await written(await place(), 5);
    const asked = async (query: object) => {
      const { items, cursor } = await audit.page({ ...ALL, order: 'newest', ...query });
      return [items.map(({ id }) => id).join(''), cursor];
    };
    expect(await asked({})).toEqual(['54321', 0]);
    expect(await asked({ limit: 2 })).toEqual(['54', 4]);
    expect(await asked({ limit: 2, before: 4 })).toEqual(['32', 2]);
    expect(await asked({ limit: 2, before: 2 })).toEqual(['1', 0]);
    expect(await asked({ after: 2, before: 5 })).toEqual(['43', 0]);
  });

  test('a page is of one actor, or of one act', async () => {
    const { audit } = await open(await place());
    for (const [actor, action] of [['operator', 'a'] as const, ['key:one', 'a'] as const, ['key:one', 'b'] as const]) {
      await audit.append(act(action, { actor }));
    }
    const asked = async (query: object) => (await audit.page({ ...ALL, ...query })).items.map(({ id }) => id);
    expect(await asked({ actor: 'key:one' })).toEqual([2, 3]);
    expect(await asked({ action: 'a' })).toEqual([1, 2]);
    expect(await asked({ actor: 'key:one', action: 'a' })).toEqual([2]);
  });

  test('a line that was removed shows', async () => {
    const at = await place();
    const store = await written(at, 5);
    await tampered(at, 'delete from audit where id = 3');
    expect(await found(store)).toEqual([['line_missing', 3]]);
  });

  test('a line that was changed shows, also with the HMAC of another line', async () => {
    const at = await place();
    const store = await written(at, 5);
    await tampered(at, "update audit set actor = 'key:another' where id = 2");
    expect(await found(store)).toEqual([['line_changed', 2]]);
    await tampered(at, 'update audit set mac = (select mac from audit where id = 1) where id = 4');
    expect(await found(store)).toEqual([
      ['line_changed', 2],
      ['line_changed', 4],
      ['line_changed', 5],
    ]);
  });

  test('a tail that was cut shows by the head, and for good once more is written behind it', async () => {
    const at = await place();
    const store = await written(at, 5);
    await tampered(at, 'delete from audit where id > 3');
    expect(await found(store)).toEqual([['tail_cut', 4]]);
    await store.audit.append(act('more'));
    expect(await actions(store)).toEqual(['act1', 'act2', 'act3', 'auditBroken', 'more']);
    expect(await found(store)).toEqual([
      ['line_missing', 4],
      ['broken_earlier', 6],
    ]);
  });

  test('a head that was put back to where the tail was cut is not taken for one', async () => {
    const at = await place();
    const store = await written(at, 5);
    await tampered(at, 'delete from audit where id > 3');
    await tampered(
      at,
      "update audit_marks set line = 3, mac = (select mac from audit where id = 3) where name = 'head'",
    );
    expect(await found(store)).toEqual([['head_forged', 3]]);
    await store.audit.append(act('more'));
    expect(await found(store)).toEqual([['broken_earlier', 4]]);
  });

  test('a tail that was cut together with an earlier head shows by a head that was kept elsewhere', async () => {
    const at = await place();
    const store = await written(at, 3);
    const marks = await tampered(at, "select * from audit_marks where name = 'head'");
    await store.audit.append(act('act4'));
    const kept = await store.audit.head();
    const { line, at: time, mac, signature } = marks[0] as Record<string, unknown>;
    await tampered(at, 'delete from audit where id > 3');
    await tampered(
      at,
      `update audit_marks set line = ${line}, at = ${time}, mac = '${mac}', signature = '${signature}'`,
    );
    expect(await found(store)).toEqual([]);
    expect(await store.audit.verify(kept)).toMatchObject({ ok: false, given: 'missing' });
    await store.audit.append(act('another act4'));
    expect(await store.audit.verify(kept)).toMatchObject({
      ok: false,
      given: 'other',
      problems: [{ problem: 'other_head', line: 4 }],
    });
  });

  test('a line that was put behind the head shows, and a head that was removed', async () => {
    const at = await place();
    const store = await written(at, 2);
    await tampered(
      at,
      `insert into audit select 3, at, actor, action, target, source, result, tenant, session, detail, begun, mac from audit where id = 2`,
    );
    expect(await found(store)).toEqual([
      ['line_changed', 3],
      ['line_added', 3],
    ]);
    await tampered(at, 'delete from audit where id = 3');
    await tampered(at, "delete from audit_marks where name = 'head'");
    expect(await found(store)).toEqual([['line_added', 1]]);
  });

  test('a head that was kept elsewhere is found again, also once its line was pruned', async () => {
    const at = await place();
    const store = await written(at, 2);
    const kept = await store.audit.head();
    await store.audit.append(act('act3'));
    expect(await store.audit.verify(kept)).toMatchObject({ ok: true, given: 'kept' });
    await store.audit.prune(TOO_OLD);
    expect(await store.audit.verify(kept)).toMatchObject({ ok: true, given: 'kept', checkpoint: { line: 2 } });
    expect(await store.audit.verify({ line: 1, mac: 'any' })).toMatchObject({ ok: true, given: 'pruned' });
  });

  test('pruning by age leaves a signed checkpoint and a line, and nothing to find', async () => {
    const at = await place();
    const store = await written(at, 4);
    expect(await store.audit.prune(DAY_MS)).toBe(0);
    expect(await store.audit.prune(TOO_OLD)).toBe(3);
    expect(await actions(store)).toEqual(['act4', 'pruneAudit']);
    expect(await store.audit.verify(null)).toMatchObject({ ok: true, lines: 2, checkpoint: { line: 3 } });
    await tampered(
      at,
      "update audit_marks set line = 4, mac = (select mac from audit where id = 4) where name = 'checkpoint'",
    );
    await tampered(at, 'delete from audit where id = 4');
    expect(await found(store)).toEqual([['checkpoint_forged', 4]]);
  });

  test('what was removed before it was pruned shows afterwards', async () => {
    const at = await place();
    const store = await written(at, 4);
    await tampered(at, 'delete from audit where id = 1');
    await store.audit.prune(TOO_OLD);
    expect(await found(store)).toEqual([['broken_earlier', 5]]);
  });
}
