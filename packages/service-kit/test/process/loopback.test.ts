import { expect, test } from 'vitest';
import { hostHere, isLoopback, portOf } from '../../src/process/loopback.ts';

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

test('a service on all addresses is asked by a loopback, one on another host by that', () => {
  expect(hostHere('0.0.0.0')).toBe('127.0.0.1');
  expect(['[::1]', '127.0.0.1']).toContain(hostHere('::'));
  expect(['::1', 'fd00::2', '10.0.0.1', 'localhost'].map(hostHere)).toEqual([
    '[::1]',
    '[fd00::2]',
    '10.0.0.1',
    'localhost',
  ]);
});

test('the port of a URL is told, also the one that URLs leave out', () => {
  expect(['http://127.0.0.1:80', 'http://[::1]', 'http://localhost:3001'].map(portOf)).toEqual([80, 80, 3001]);
});
