/**
 * Asks the service for everything its description names, well and badly.
 *
 *     node packages/session-manager/prove/http-fuzz.ts [--requests 20000] [--seed N]
 *     node packages/session-manager/prove/http-fuzz.ts --target http://127.0.0.1:3001 --key KEY [--gentle]
 *
 * Without `--target` it runs against the HTTP server over sessions in memory. With it, against a running service, on
 * sessions called fuzz-*; `--gentle` never starts a browser. Ends with 1 when anything was wrong.
 */
import { Client } from '@leadmaster/client';
import { freshSeed, readOptions } from './command/options.ts';
import { fakeTarget } from './http-fuzz/fake-target.ts';
import { type FuzzOptions, type FuzzReport, fuzzHttp } from './http-fuzz/fuzz.ts';

const options = readOptions({ requests: 20_000, seed: freshSeed(), target: '', key: '', gentle: false });

const common = {
  requests: options.requests,
  seed: options.seed,
  gentle: options.gentle,
  onProgress: (done: number): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} requests`);
  },
};

async function againstFake(): Promise<FuzzReport> {
  const fake = await fakeTarget();
  const report = await fuzzHttp({ ...common, ...fake.options });
  report.failures.push(...(await fake.damage()));
  await fake.close();
  return report;
}

async function againstService(url: string, key: string): Promise<FuzzReport> {
  const { hostname, port } = new URL(url);
  const client = new Client({ url, key: () => key });
  const fuzz: FuzzOptions = {
    ...common,
    target: { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80), key },
    names: ['fuzz-a', 'fuzz_a', 'fuzz-b', 'fuzz-none'],
    // Sessions that run change by themselves; which there are does not.
    fingerprint: async () => {
      const { items } = await client.call('listSessions');
      return items.map((item) => item.name).join(' ');
    },
  };
  return fuzzHttp(fuzz);
}

const report = options.target === '' ? await againstFake() : await againstService(options.target, options.key);
if (options.json) {
  console.log(JSON.stringify(report, null, 2));
} else {
  console.log(
    `http-fuzz: seed ${report.seed}, ${report.requests} requests to ${report.operations} operations in ${report.seconds} s, slowest ${report.slowestMs} ms`,
  );
  console.log(
    Object.entries(report.statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join('  '),
  );
  for (const failure of report.failures) console.log(`  wrong: ${failure}`);
  console.log(report.failures.length === 0 ? 'nothing wrong' : `${report.failures.length} wrong`);
}
process.exitCode = report.failures.length === 0 ? 0 : 1;
