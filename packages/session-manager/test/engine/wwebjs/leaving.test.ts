import { expect, test } from 'vitest';
import { readLeaving } from '../../../src/engine/wwebjs/leaving.ts';

const read = (query: string) => readLeaving(new URL(`https://web.whatsapp.com/${query}`));

test.each([
  ['', null],
  ['?logout_reason=', null],
  ['?logout_reason=user', null],
  ['?post_logout=1&logout_reason=user', { type: 'unlinked', reason: 'LOGOUT' }],
  ['?post_logout=1&logout_reason=unlinked', { type: 'unlinked', reason: 'LOGOUT' }],
  ['?post_logout=1', { type: 'unlinked', reason: 'LOGOUT' }],
  ['?logout_reason=0', { type: 'erased', reason: 'page_erased_login' }],
  ['?post_logout=1&logout_reason=1', { type: 'erased', reason: 'page_erased_login' }],
  ['?logout_reason=7', { type: 'erased', reason: 'page_erased_login' }],
  ['?logout_reason=3', { type: 'erased', reason: 'account_locked', detail: 'WhatsApp locked the account' }],
])('reads %s', (query, word) => {
  if (word === null) expect(read(query)).toBeNull();
  else expect(read(query)).toMatchObject(word);
});

test('takes WhatsApp’s own words as one line of bounded length', () => {
  const query = new URLSearchParams({
    logout_reason: '3',
    logout_message_header: 'Locked\r\n\u001b[31m now',
    logout_message_subtext: 'x'.repeat(10_000),
  });
  const detail = read(`?${query}`)?.type === 'erased' ? JSON.stringify(read(`?${query}`)) : '';
  expect(detail).toContain('Locked [31m now. xxx');
  expect(detail.length).toBeLessThan(800);
});
