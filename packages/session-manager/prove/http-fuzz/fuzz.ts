import { readDescription } from './description.ts';
import { type Attempt, attempt, type Plan } from './generate.ts';
import { judge } from './judge.ts';
import { Random } from './random.ts';
import { shoot } from './wire.ts';

export interface FuzzOptions {
  target: { host: string; port: number; key: string };
  requests: number;
  seed: number;
  /** Never ask properly for what starts a browser. */
  gentle?: boolean;
  names?: readonly string[];
  /** Anything that tells one state of the service from another; compared around requests without a good key. */
  fingerprint?: () => Promise<string> | string;
  /** Called between rounds, to bring the service into another state. */
  shuffle?: (random: Random) => void;
  onProgress?: (done: number) => void;
}

export interface FuzzReport {
  seed: number;
  requests: number;
  /** How many answers came with each status; "none" where the server closed or we left. */
  statuses: Record<string, number>;
  operations: number;
  slowestMs: number;
  seconds: number;
  /** What was wrong, each with the request that showed it; the first fifty. */
  failures: string[];
}

const ROUND = 100;
const AT_ONCE = 8;
const MAX_FAILURES = 50;
/** How many places that the service has named are remembered. */
const PLACES = 300;

/**
 * Asks a running service for everything that its own description names, well and badly, and judges each answer. The
 * same seed makes the same requests, but for the ids that the service gives out.
 */
export async function fuzzHttp(options: FuzzOptions): Promise<FuzzReport> {
  const { target, seed } = options;
  const random = new Random(seed);
  const base = `http://${target.host}:${target.port}`;
  const document: unknown = await (await fetch(`${base}/openapi.json`)).json();
  const operations = readDescription(document);
  const places: string[] = [];
  const plan: Plan = {
    host: `${target.host}:${target.port}`,
    keys: { good: target.key },
    names: options.names ?? ['fuzz-a', 'fuzz_a', 'fuzz-b', 'fuzz-c', 'fuzz-d', 'fuzz-none', 'admin'],
    places,
    gentle: options.gentle === true,
  };
  const report: FuzzReport = {
    seed,
    requests: 0,
    statuses: {},
    operations: operations.length,
    slowestMs: 0,
    seconds: 0,
    failures: [],
  };
  const start = performance.now();
  const fail = (text: string): void => void (report.failures.length < MAX_FAILURES && report.failures.push(text));

  const ask = async (one: Attempt): Promise<void> => {
    report.requests += 1;
    try {
      const reply = await shoot({ ...target, bytes: one.bytes, leaveAfterMs: one.endless ? 60 : null });
      const status = reply.status === null ? 'none' : String(reply.status);
      report.statuses[status] = (report.statuses[status] ?? 0) + 1;
      report.slowestMs = Math.max(report.slowestMs, Math.round(reply.ms));
      if (reply.headers.location !== undefined) places.push(reply.headers.location);
      if (places.length > PLACES) places.shift();
      for (const wrong of judge(one, reply)) fail(`${wrong}\n    ${one.line}`);
    } catch (error) {
      fail(`${error instanceof Error ? error.message : String(error)}\n    ${one.line}`);
    }
  };

  while (report.requests < options.requests && report.failures.length < MAX_FAILURES) {
    options.shuffle?.(random);
    const size = Math.min(ROUND, options.requests - report.requests);
    const round = Array.from({ length: size }, () => attempt(operations, plan, random));
    await inParallel(
      round.filter((one) => one.key === 'good'),
      ask,
    );
    // By themselves, so that any change in between is theirs.
    const before = await options.fingerprint?.();
    await inParallel(
      round.filter((one) => one.key !== 'good'),
      ask,
    );
    const after = await options.fingerprint?.();
    if (before !== after) fail(`requests without a good key changed something: ${before} became ${after}`);
    options.onProgress?.(report.requests);
  }

  const health = await fetch(`${base}/health`).then((answer) => answer.status, String);
  if (health !== 200) fail(`the service does not answer at the end: ${health}`);
  report.seconds = Math.round((performance.now() - start) / 100) / 10;
  return report;
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
