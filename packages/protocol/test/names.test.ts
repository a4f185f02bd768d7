import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnName, isSessionName, nameOf, ownName, sessionName, tenantName, tenantOf } from '../src/index.ts';

const own = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/);
const tenant = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/);

describe('the name of a session', () => {
  test.each(['ventas', '1', 'a_b-c', 'acme.ventas', '1-2.a_b', 'a'.repeat(63), `${'t'.repeat(31)}.${'a'.repeat(63)}`])(
    'may be %s',
    (name) => {
      expect(sessionName.parse(name)).toBe(name);
      expect(name.length).toBeLessThanOrEqual(95);
    },
  );

  test.each([
    ...[
      '',
      '.',
      '..',
      'a.',
      '.a',
      'a..b',
      'a.b.c',
      'Ventas',
      'acme.Ventas',
      'ACME.ventas',
      'acme ventas',
      'acme/ventas',
    ],
    ...['a_b.c', '-a', 'a.-b', '_a', 'a._b', '-a.b', 'ñ', 'a\n', 'a.b\n', 'a'.repeat(64), `a.${'b'.repeat(64)}`],
    `${'t'.repeat(32)}.a`,
  ])('may not be %j', (name) => {
    expect(isSessionName(name)).toBe(false);
    expect(sessionName.safeParse(name).error?.issues[0]?.message).toContain('as in acme.ventas');
  });

  test('of a tenant is the tenant and its own name, put together and taken apart again', () => {
    fc.assert(
      fc.property(fc.option(tenant), own, (of, its) => {
        const name = nameOf(of, its);
        expect(isSessionName(name)).toBe(true);
        expect([tenantOf(name), ownName(name)]).toEqual([of, its]);
        expect(isOwnName(name)).toBe(of === null);
      }),
    );
  });

  test('of two tenants, or of one and the operator, is never the same', () => {
    const pair = fc.tuple(fc.option(tenant), own);
    fc.assert(
      fc.property(pair, pair, (one, other) => {
        const isSame = one[0] === other[0] && one[1] === other[1];
        expect(nameOf(...one) === nameOf(...other)).toBe(isSame);
      }),
    );
  });
});

test('the name of a tenant has neither a dot nor an underscore in it, and 31 characters at most', () => {
  for (const good of ['acme', '7', 'acme-2', 't'.repeat(31)]) expect(tenantName.parse(good)).toBe(good);
  for (const bad of ['', 'a.b', 'a_b', '-a', 'Acme', 't'.repeat(32), 'acme\n'])
    expect(tenantName.safeParse(bad).success).toBe(false);
});
