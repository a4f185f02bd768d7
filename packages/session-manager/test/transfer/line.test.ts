import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Line, type Place } from '../../prove/transfer-kills/line.ts';
import { momentsOnLine, nameMoment } from '../../prove/transfer-kills/moments.ts';

/** A proof whose line cannot be cut proves nothing. */
async function lineTo() {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    heard.push(`${request.method} ${request.url}`);
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const line = await Line.to(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(async () => {
    await line[Symbol.asyncDispose]();
    server.close();
    server.closeAllConnections();
  });
  const ask = (path: string, method = 'POST'): Promise<number | string> =>
    fetch(`${line.url}${path}`, { method }).then(
      ({ status }) => status,
      () => 'cut',
    );
  return { line, heard, ask };
}

test('carries, counts what it carries, and is cut where it is told to', async () => {
  const { line, heard, ask } = await lineTo();
  expect(await ask('/v1/transfers')).toBe(200);
  expect(await ask('/v1/transfers/x/seal')).toBe(200);
  expect([...line.counts]).toEqual([
    ['prepare', 1],
    ['seal', 1],
  ]);
  const at = (when: Place['when']): Place => ({ step: 'commit', count: 2, when });
  line.arm(at('before'), () => line.cut());
  expect([await ask('/v1/transfers/x/commit'), await ask('/v1/transfers/x/commit')]).toEqual([200, 'cut']);
  expect(heard).toHaveLength(3);
  expect(await ask('/v1/transfers/x', 'DELETE')).toBe('cut');
  line.arm({ ...at('after'), count: 1 }, () => line.cut());
  expect(await ask('/v1/transfers/x/commit')).toBe('cut');
  expect(heard).toHaveLength(4);
  line.repair();
  expect(await ask('/v1/transfers/x/commit')).toBe(200);
});

test('has moments before, during and after the first and the last of each step, for each victim', () => {
  const moments = momentsOnLine(new Map([['piece', 7]]));
  expect(moments).toHaveLength((4 + 2) * 3 * 3);
  expect(new Set(moments.map(nameMoment)).size).toBe(moments.length);
  expect(moments.map(nameMoment)).toContain('line after piece 7');
});
