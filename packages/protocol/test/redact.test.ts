import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorText, LeadMasterError, redact, redactAll, redactSetting } from '../src/index.ts';

/** What passwords are made of, encoded or not; long enough not to turn up elsewhere by chance. */
const secret = fc
  .string({ unit: fc.constantFrom(...'ABCXYZabcxyz0189+/=:@%!$*~._-'), minLength: 8, maxLength: 40 })
  // What begins like a port and a path may be one.
  .filter((text) => !/^\d*\//.test(text) && /[A-Za-z]{3}/.test(text));
const plain = fc.string({ unit: fc.constantFrom(...'ABCXYZabcxyz019+=%*~-'), minLength: 8, maxLength: 40 });

const url = fc
  .tuple(fc.constantFrom('s3', 'https', 'http', 'postgres', 'socks5', 'redis+tls'), fc.constantFrom('me', ''), secret)
  .map(([scheme, user, password]) => ({ text: `${scheme}://${user}:${password}@host.example:9000/x`, password }));
const parameter = fc
  .tuple(
    fc.constantFrom('https://h/p?', 's3://bucket/prefix?endpoint=https://h&', '--'),
    fc.constantFrom('key', 'secret_access_key', 'X-Amz-Signature', 'X-Amz-Credential', 'api-key', 'token', 'password'),
    plain,
  )
  .map(([lead, name, password]) => ({ text: `${lead}${name}=${password}`, password }));
const header = plain.map((password) => ({ text: `authorization: Bearer ${password}`, password }));

const around = fc.constantFrom('', '"', "'", '(', 'cannot reach ');

test('a secret in a URL, a parameter, a flag or a header is removed; a second pass changes nothing', () => {
  fc.assert(
    fc.property(fc.oneof(url, parameter, header), around, around, ({ text, password }, before, after) => {
      const told = redact(`${before}${text}${after}`);
      expect(told).not.toContain(password);
      expect(told).toContain('***');
      expect(redact(told)).toBe(told);
      for (const shown of [errorText(new Error(text)), new LeadMasterError('internal', text, text).message]) {
        expect(shown).not.toContain(password);
      }
      const { detail, hint } = new LeadMasterError('internal', `${before}${text}`, `see ${text}`).toProblem();
      expect(`${detail} ${hint}`).not.toContain(password);
      expect(JSON.stringify(redactAll({ items: [{ text }] }))).not.toContain(password);
    }),
    { numRuns: 500 },
  );
});

test('a secret that begins like one that was removed is removed, too', () => {
  expect(redact('authorization: Bearer ***AAAAAAAA')).toBe('authorization: Bearer ***');
});

test('a setting is told without what stands before an @, however it is written', () => {
  const anything = fc.string({ minLength: 8, maxLength: 40 }).filter((text) => /[a-z]{3}/i.test(text));
  fc.assert(
    fc.property(fc.constantFrom('s3://key:', 's3:key:', 'key:', 'https://', '//'), anything, (before, password) => {
      expect(redactSetting(`${before}${password}@bucket/prefix`)).not.toContain(password);
    }),
    { numRuns: 500 },
  );
});

test.each([
  `?${'key'.repeat(100_000)}`,
  'a.'.repeat(200_000),
  'x://'.repeat(100_000),
  '--'.repeat(200_000),
  'Basic '.repeat(50_000),
])(
  'a long line takes no longer than its length: %.10s',
  (text) => expect(redact(text).length).toBeGreaterThan(0),
  5_000,
);

describe('what holds no secret stays as it is', () => {
  test.each([
    'The service does not answer at http://127.0.0.1:3001 (ECONNREFUSED).',
    'GET http://127.0.0.1:3001/v1/sessions/ventas/chats/5491100000001@c.us/messages',
    '5491100000001:12@c.us wrote to 123@lid',
    'VAULT_KEY_FILE=/etc/leadmaster/vault.key',
    './leadmaster transfer ventas --to https://other.example:3001 --key-file=/root/key',
    "./leadmaster send '--idempotency-key=order 7' -- ventas 5491100000002 hola",
    's3://bucket/prefix?endpoint=https://s3.example&region=eu',
    'The key of the vault is missing: see ana@example.com',
    'basic checks',
  ])('%s', (text) => expect(redact(text)).toBe(text));
});
