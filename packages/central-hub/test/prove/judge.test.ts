import type { AnyEvent, AuditLine } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { judgeAudit } from '../../prove/world/audited.ts';
import {
  judgeLeavings,
  judgeLog,
  judgeOrders,
  judgeSteady,
  judgeTexts,
  stopsAndStarts,
} from '../../prove/world/judge.ts';
import type { Order } from '../../prove/world/orders.ts';
import { event } from '../store/fixtures.ts';

/** A proof that cannot fail proves nothing: these are the judges of the hub's kill proofs. */
const log = [event(1, 'a', { n: 1 }), event(2, 'b', { n: 1 }), event(3, 'a', { n: 2 })];
const renumbered = (events: AnyEvent[]): AnyEvent[] => events.map((each, at) => ({ ...each, id: 100 + at }));

describe('a copy of a log', () => {
  test('is good when each event of each session is there once and in order, under any number', () => {
    const [first, second, third] = renumbered(log) as [AnyEvent, AnyEvent, AnyEvent];
    expect(judgeLog('hub', log, [first, second, third])).toEqual([]);
    expect(judgeLog('hub', log, [second, first, third])).toEqual([]);
  });

  test('is not when one is missing, doubled or out of order', () => {
    const [first, second, third] = renumbered(log) as [AnyEvent, AnyEvent, AnyEvent];
    expect(judgeLog('hub', log, [first, second])).toHaveLength(1);
    expect(judgeLog('hub', log, [first, second, second, third])).toHaveLength(1);
    expect(judgeLog('hub', log, [third, second, first])).toHaveLength(1);
  });

  test('may lack what it tells as gone', () => {
    const gap = { ...event(9, ''), type: 'events.gap', data: { from: 1, to: 2, reason: 'size' } };
    expect(judgeLog('hub', log, [gap, ...renumbered(log.slice(2))])).toEqual([]);
    expect(judgeLog('hub', log, renumbered(log.slice(2)))).toHaveLength(2);
  });
});

describe('orders', () => {
  const order = (kind: Order['kind'], outcome: Order['outcome'], more: Partial<Order> = {}): Order => ({
    ...{ kind, session: 's', outcome },
    ...more,
  });
  const state = (from: string, to: string, reason: string): AnyEvent => event(1, 's', { from, to, reason });
  const made = state('STOPPED', 'INITIALIZING', 'requested');

  test('that were carried out twice, or not as they were answered, are told', () => {
    expect(judgeOrders([order('create', 'done')], [made])).toEqual([]);
    expect(judgeOrders([order('create', 'unknown')], [])).toEqual([]);
    expect(judgeOrders([order('create', 'done')], [])).toHaveLength(1);
    expect(judgeOrders([order('create', 'refused')], [made])).toHaveLength(1);
    const stops = [made, state('READY', 'STOPPING', 'requested'), state('READY', 'STOPPING', 'requested')];
    expect(judgeOrders([order('create', 'done'), order('stop', 'done')], stops)).toHaveLength(1);
  });

  test('to stop and start are counted by the path, also where the service was killed in the midst of one', () => {
    const [stopping, stopped] = ['STOPPING (requested)', 'STOPPED (requested)'];
    const [killed, back] = ['STOPPED (service_ended_unexpectedly)', 'RECONNECTING (service_started)'];
    const count = (path: string[], isDeleted = false): number[] => {
      const { stop, start } = stopsAndStarts(path, isDeleted);
      return [stop, start];
    };
    expect(count([stopping, stopped, 'RECONNECTING (requested)'])).toEqual([1, 1]);
    expect(count(['READY', killed, back])).toEqual([0, 0]);
    expect(count([stopping, killed, back])).toEqual([1, 1]);
    expect(count(['READY', killed])).toEqual([1, 0]);
    expect(count(['READY', killed], true)).toEqual([0, 0]);
  });

  test('to send reach the page once where they were accepted, and not where they were refused', () => {
    const seen = { kind: 'text', pid: 1, session: 's', text: 'hello' } as const;
    const text = (outcome: Order['outcome']): Order[] => [order('text', outcome, { text: 'hello', message: 'm' })];
    expect(judgeTexts(text('done'), [seen], new Set())).toEqual([]);
    expect(judgeTexts(text('done'), [], new Set())).toHaveLength(1);
    expect(judgeTexts(text('done'), [], new Set(['m']))).toEqual([]);
    expect(judgeTexts(text('done'), [seen, seen], new Set())).toHaveLength(1);
    expect(judgeTexts(text('refused'), [seen], new Set())).toHaveLength(1);
    expect(judgeTexts(text('unknown'), [seen, seen], new Set(['m']))).toHaveLength(1);
  });

  test('that were never given start no browser', () => {
    const launch = (pid: number) => ({ kind: 'launch', pid, session: 'steady' }) as const;
    expect(judgeSteady(['steady'], [launch(1), launch(2)], [])).toEqual([]);
    expect(judgeSteady(['steady'], [launch(1), launch(1)], [])).toHaveLength(1);
  });
});

test('a session that got no order and left READY while its service lived is told', () => {
  const left = (reason: string): AnyEvent => event(1, 'steady-1', { from: 'READY', to: 'STOPPED', reason });
  expect(judgeLeavings(['steady-1'], [left('service_ended_unexpectedly')])).toEqual([]);
  expect(judgeLeavings(['steady-1'], [left('page_unresponsive')])).toHaveLength(1);
  expect(judgeLeavings(['other'], [left('page_unresponsive')])).toEqual([]);
});

describe('an audit', () => {
  const order = (kind: Order['kind'], more: Partial<Order> = {}): Order => ({
    ...{ kind, session: 's', outcome: 'done' },
    ...more,
  });
  const act = (id: number, action: string, result?: string): AuditLine[] =>
    [
      { id, action, session: 's', result: 'begun', begun: null },
      ...(result === undefined ? [] : [{ id: id + 1, action, session: 's', result, begun: id }]),
    ] as AuditLine[];
  const seen = { kind: 'text', pid: 1, session: 's', text: 'hello' } as const;

  test('is good when what was carried out began there, and what was answered as done did not fail there', () => {
    const audit = [...act(1, 'createSession', 'ok'), ...act(3, 'sendMessage'), ...act(4, 'stopSession')];
    const orders = [order('create'), order('text', { outcome: 'unknown' }), order('stop')];
    expect(judgeAudit(orders, audit, [event(1, 's')], [seen])).toEqual([]);
  });

  test('is not when an act is missing in it, or failed that was answered as done', () => {
    const audit = [...act(1, 'stopSession', 'wrong_state'), ...act(3, 'sendMessage', 'ok')];
    expect(judgeAudit([order('stop')], audit, [], [])).toHaveLength(1);
    expect(judgeAudit([order('start')], audit, [], [])).toHaveLength(1);
    expect(judgeAudit([order('text')], audit, [], [seen, seen])).toHaveLength(1);
    expect(judgeAudit([order('create', { outcome: 'refused' })], audit, [event(1, 's')], [])).toHaveLength(1);
    expect(judgeAudit([order('stop', { why: 'the answer was lost' })], audit, [], [])).toEqual([]);
  });
});
