import { LeadMasterError } from '@leadmaster/protocol';
import { describe, expect, test } from 'vitest';
import { type ClientCall, meantSession } from '../../src/http/meant-session.ts';

const TWO = new Map([
  ['51', 'ventas'],
  ['52', 'soporte'],
]);

function call(client?: string, more: Partial<ClientCall> & { session?: string } = {}): ClientCall {
  const { session, ...rest } = more;
  return { headers: { 'x-cliente-id': client, 'x-session': session }, ...rest };
}

/** The session, or the code of the refusal. */
function outcome(...asked: Parameters<typeof meantSession>): string {
  try {
    return meantSession(...asked);
  } catch (error) {
    if (error instanceof LeadMasterError) return error.code;
    throw error;
  }
}

describe('which session a request of an earlier service means', () => {
  test('without a map: what X-Session names, else admin; the client is information only', () => {
    expect(outcome(call(), null)).toBe('admin');
    expect(outcome(call('51', { query: { cliente_id: '52' }, body: { cliente_id: 53 } }), null)).toBe('admin');
    expect(outcome(call('51', { session: 'ventas' }), null)).toBe('ventas');
  });

  test.each<[string, ClientCall, string]>([
    ['the header', call('51'), 'ventas'],
    ['the header, with blanks', call(' 52 '), 'soporte'],
    ['a number in the body', call(undefined, { body: { cliente_id: 52 } }), 'soporte'],
    ['a text in the body', call(undefined, { body: { cliente_id: '52' } }), 'soporte'],
    ['the query', call(undefined, { query: { cliente_id: '51' } }), 'ventas'],
    ['all of them alike', call('51', { query: { cliente_id: ['51', '51'] }, body: { cliente_id: 51 } }), 'ventas'],
    ['the header twice, alike', call('51, 51'), 'ventas'],
    ['the client and its own session', call('51', { session: 'ventas' }), 'ventas'],
    ['X-Session alone', call(undefined, { session: 'soporte' }), 'soporte'],
    ['header and body that disagree', call('51', { body: { cliente_id: 52 } }), 'invalid_request'],
    ['header and query that disagree', call('51', { query: { cliente_id: '52' } }), 'invalid_request'],
    ['the header twice, unlike', call('51, 52'), 'invalid_request'],
    ['the session of another client', call('51', { session: 'soporte' }), 'invalid_request'],
    ['a session of no client beside a client', call('51', { session: 'admin' }), 'invalid_request'],
    ['a client that is not mapped', call('53'), 'session_not_found'],
    ['a client that is not mapped, with a session that is', call('53', { session: 'ventas' }), 'session_not_found'],
    ['an empty client', call(''), 'session_not_found'],
    ['another spelling of a number', call('051'), 'session_not_found'],
    ['a name of every object', call('constructor'), 'session_not_found'],
    ['nothing, an empty body', call(undefined, { body: {} }), 'invalid_request'],
    ['nothing, no body', call(undefined, { body: null }), 'invalid_request'],
  ])('with a map: %s', (_what, asked, result) => {
    expect(outcome(asked, TWO)).toBe(result);
  });

  test('the only client that is mapped is meant where none is named', () => {
    const one = new Map([['51', 'ventas']]);
    expect(outcome(call(), one)).toBe('ventas');
    expect(outcome(call('52'), one)).toBe('session_not_found');
  });

  test('names are compared in full', () => {
    const full = (given: string) => `acme.${given}`;
    const tenants = new Map([['51', 'acme.ventas']]);
    expect(outcome(call('51', { session: 'ventas' }), tenants, full)).toBe('acme.ventas');
    expect(outcome(call('51', { session: 'soporte' }), tenants, full)).toBe('invalid_request');
    expect(outcome(call(), null, full)).toBe('acme.admin');
  });
});
