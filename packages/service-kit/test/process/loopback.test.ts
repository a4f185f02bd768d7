import { expect, test } from 'vitest';
import { isLoopback } from '../../src/process/loopback.ts';

test.each([
  'localhost',
  'Localhost',
  '127.0.0.1',
  '127.8.9.1',
  '::1',
  '[::1]',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each([
  ...['127.evil.example', '127.0.0.1.evil.example', 'localhost.evil.example', '127.1', '', '0.0.0.0', '::', '10.0.0.1'],
  ...['128.0.0.1', '::2', '::ffff:10.0.0.1', 'fe80::1%lo', 'example.com'],
])('%s may be another', (host) => {
  expect(isLoopback(host)).toBe(false);
});
