import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { fakeTarget } from '../prove/http-fuzz/fake-target.ts';
import { fuzzHttp } from '../prove/http-fuzz/fuzz.ts';

/** A slice of what `npm run prove -- http-fuzz` runs at any size. */
const REQUESTS = 1500;

describe('the whole HTTP surface under a fuzz', () => {
  test('nothing breaks, leaks in or goes unexplained', { timeout: 120_000 }, async () => {
    const fake = await fakeTarget();
    onTestFinished(fake.close);
    const seed = Date.now() % 1_000_000;
    const report = await fuzzHttp({ ...fake.options, requests: REQUESTS, seed });
    expect([`seed ${seed}`, ...report.failures]).toEqual([`seed ${seed}`]);
    await expect.poll(fake.damage).toEqual([]);
    expect(report.requests).toBe(REQUESTS);
    // It got everywhere: good answers, refusals of each kind, and keys refused.
    for (const status of ['200', '202', '204', '400', '401', '404', '405', '409', '415']) {
      expect([status, (report.statuses[status] ?? 0) > 0]).toEqual([status, true]);
    }
  });

  test('the judge is not asleep: a server that answers anything to everybody is found out', async () => {
    const fake = await fakeTarget();
    onTestFinished(fake.close);
    const { port } = fake.options.target;
    const description = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).text();
    const findings = async (status: number, body: string): Promise<string> => {
      const careless = createServer((request, response) => {
        if (request.url === '/openapi.json' || request.url === '/health') response.end(description);
        else response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => careless.once('listening', resolve));
      const target = { host: '127.0.0.1', port: (careless.address() as AddressInfo).port, key: 'k' };
      const { failures } = await fuzzHttp({ target, requests: 100, seed: 3 });
      careless.close();
      careless.closeAllConnections();
      return failures.join('\n');
    };
    const open = await findings(200, '{}');
    expect(open).toContain('without a good key');
    expect(open).toContain('the answer is not as described');
    const broken = await findings(500, '{"stack":"at main.ts"}');
    expect(broken).toContain('500: ');
    expect(broken).toContain('not problem+json');
    expect(await findings(503, '{"code":"odd","message":"x"}')).toContain('is not documented');
  });
});
