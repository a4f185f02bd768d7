import { createServer, get, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { callerOf } from '../../src/keys/caller.ts';
import { KeyRing } from '../../src/keys/key-ring.ts';
import { OpenCalls } from '../../src/keys/open-calls.ts';
import { SignIns } from '../../src/keys/sign-ins.ts';
import { key, open, SQLITE_KIND } from '../store/fixtures.ts';

test('a caller who hung up before its call was watched has nothing open', async () => {
  const { keys, signIns } = await open(await SQLITE_KIND.place());
  const ring = new KeyRing(keys);
  const log = pino({ level: 'silent' });
  const calls = new OpenCalls({ ring, signIns: new SignIns({ stored: signIns, ring, adminKey: '' }), log, most: 1 });
  onTestFinished(() => calls.close());
  const caller = callerOf(key('aaaaaaaaaaaa'));
  const left = await answerToNobody();
  for (let at = 0; at < 3; at += 1) calls.watch(caller, left);
  expect(() => calls.watch(caller, left)).not.toThrow();
});

/** The answer of a request whose caller has hung up. */
async function answerToNobody(): Promise<ServerResponse> {
  const { promise, resolve } = Promise.withResolvers<ServerResponse>();
  const server = createServer((_request, answer) => {
    answer.once('close', () => resolve(answer));
    asked.destroy();
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((listening) => server.once('listening', listening));
  const asked = get({ host: '127.0.0.1', port: (server.address() as AddressInfo).port });
  asked.on('error', () => {});
  return promise;
}
