import type { Route, RouteId } from '@leadmaster/protocol';
import fc from 'fast-check';
import { exchange, type Reply } from './exchange.ts';
import { type FaultKind, type Finding, judge, judgeFailure } from './judge.ts';
import type { KeyKind } from './keys.ts';
import { ALL_ROUTES, type Ask, asks, bytesOf, isEndless, mustBeRefused, type Plan } from './requests.ts';
import type { Words } from './values.ts';

/** A running service, and what a fuzz needs to know of it. */
export interface Target {
  host: string;
  port: number;
  keys: readonly KeyKind[];
  /** Texts that no answer may hold. */
  secrets: readonly string[];
  words: Words;
  files: readonly Buffer[];
  /** All that orders may change, as one text, once nothing is on its way; null where it does not come to rest. */
  state: () => Promise<string | null>;
  /** Routes with rules that their schemas do not state, such as which URLs are taken: they may refuse more. */
  stricter?: readonly RouteId[];
  /** How long an answer may take that is no long call's, in milliseconds; 10 s unless said. */
  patienceMs?: number;
  /** Brings the service into another state. */
  stir?: (chance: number) => void;
}

export interface FuzzOptions {
  requests: number;
  seed: number;
  /** Asks again for what an earlier run has found under this seed. */
  path?: string;
  routes?: readonly Route[];
  onProgress?: (done: number) => void;
}

/** Something that was wrong, in the smallest form that was found of it. */
export interface Fault {
  kind: FaultKind;
  route: string;
  detail: string;
  /** The request that showed it; not its key. */
  request: string;
  /** The flags that ask for it again. */
  again: string;
}

export interface FuzzReport {
  seed: number;
  requests: number;
  /** How many answers came with each status; "none" where the server closed or this side left. */
  statuses: Record<string, number>;
  /** Routes that were asked, and those of them that never gave a good answer. */
  routes: number;
  neverGood: string[];
  seconds: number;
  faults: Fault[];
}

const AT_ONCE = 16;
const MEAN_VOLLEY = 8;
const MAX_FAULTS = 20;
const MAX_SHRINKS = 100;
const PLACES = 300;
const LEAVE_MS = 60;
/**
 * Long calls answer when they are finished: they wait a minute at most until a session has started or stopped, and then work
 * for seconds on what is as small as in a fuzz.
 */
const LONG_PATIENCE_MS = 75_000;

/** Some requests that are sent at the same time, after the service was brought into some state. */
interface Volley {
  chance: number;
  asks: Ask[];
}

type Found = Omit<Fault, 'again'>;

/**
 * Asks a service for everything that the contract states, well and badly, and judges each answer by the contract. What is
 * wrong is made smaller before it is told, each kind once for each route. The same seed makes the same requests, but for
 * the ids that the service gives out.
 */
export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const run = new Run(target, options.routes ?? ALL_ROUTES);
  const start = performance.now();
  for (let leg = 0; run.requests < options.requests && run.faults.length < MAX_FAULTS; leg += 1) {
    const missing = options.requests - run.requests;
    await run.leg(options.seed + leg, Math.ceil(missing / MEAN_VOLLEY), options);
    if (options.path !== undefined || run.isDown) break;
  }
  const { requests, statuses, faults } = run;
  const neverGood = run.plan.routes.map(({ id }) => id).filter((id) => !run.good.has(id));
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  return { seed: options.seed, requests, statuses, routes: run.plan.routes.length, neverGood, seconds, faults };
}

class Run {
  readonly plan: Plan;
  readonly statuses: Record<string, number> = {};
  readonly faults: Fault[] = [];
  readonly good = new Set<string>();
  requests = 0;
  #isShrinking = false;
  isDown = false;
  readonly #target: Target;

  constructor(target: Target, routes: readonly Route[]) {
    const { keys, words, files } = target;
    this.#target = target;
    this.plan = { host: `${target.host}:${target.port}`, keys, words, files, routes, places: [] };
  }

  /** Fires until something new is wrong, and then looks for the smallest volley that shows it. */
  async leg(seed: number, numRuns: number, { path, onProgress }: FuzzOptions): Promise<void> {
    let smallest: Found[] = [];
    let shrinks = 0;
    this.#isShrinking = false;
    const property = fc.asyncProperty(volleys(this.plan), async (volley) => {
      if (smallest.length > 0 && ++shrinks > MAX_SHRINKS) return true;
      // Each smaller one would be waited for as long.
      if (smallest.some(({ kind }) => kind === 'hang')) return true;
      const found = (await this.#fire(volley)).filter((each) => this.#isNew(each));
      onProgress?.(this.requests);
      if (found.length > 0) smallest = found;
      this.#isShrinking = smallest.length > 0;
      return found.length === 0;
    });
    const { counterexamplePath, failed, errorInstance } = await fc.check(property, {
      seed,
      numRuns,
      ...(path === undefined ? {} : { path }),
    });
    if (failed && smallest.length === 0) throw errorInstance;
    const again = `--seed ${seed} --path ${counterexamplePath}`;
    for (const each of smallest) if (this.#isNew(each)) this.faults.push({ ...each, again });
    this.isDown = smallest.some(({ kind }) => kind === 'not serving');
  }

  #isNew({ kind, route }: Found): boolean {
    if (kind === 'good request refused' && this.#target.stricter?.some((id) => id === route)) return false;
    return !this.faults.some((known) => known.kind === kind && known.route === route);
  }

  async #fire(volley: Volley): Promise<Found[]> {
    const isRefused = volley.asks.every(mustBeRefused);
    if (!isRefused) this.#target.stir?.(volley.chance);
    const before = isRefused ? await this.#target.state() : '';
    const found = (await Promise.all(volley.asks.map((ask) => this.#ask(ask)))).flat();
    const after = isRefused ? await this.#target.state() : '';
    if (before === null || after === null || before === after) return found;
    const [first] = volley.asks;
    return [...found, this.#found(first as Ask, ['refused and yet done', changed(before, after)])];
  }

  async #ask(ask: Ask): Promise<Found[]> {
    if (!this.#isShrinking) this.requests += 1;
    try {
      const target = ask.route.long === undefined ? this.#target : { ...this.#target, patienceMs: LONG_PATIENCE_MS };
      const reply = await exchange(target, bytesOf(ask, this.plan), {
        leaveAfterMs: isEndless(ask) ? LEAVE_MS : null,
        pauseAt: ask.pause,
      });
      this.#note(ask, reply);
      return judge(ask, reply, this.#target.secrets).map((finding) => this.#found(ask, finding));
    } catch (error) {
      return [this.#found(ask, judgeFailure(error))];
    }
  }

  #note(ask: Ask, { status, headers }: Reply): void {
    const word = String(status ?? 'none');
    this.statuses[word] = (this.statuses[word] ?? 0) + 1;
    if (status !== null && status < 300) this.good.add(ask.route.id);
    if (headers.location !== undefined) this.plan.places.push(headers.location);
    if (this.plan.places.length > PLACES) this.plan.places.shift();
  }

  #found(ask: Ask, [kind, detail]: Finding): Found {
    const bytes = bytesOf(ask, this.plan).subarray(0, 600).toString('latin1').replaceAll('\r\n', ' ⏎ ');
    const line = this.#target.secrets.reduce((text, secret) => text.replaceAll(secret, 'SECRET'), bytes);
    const odd = ask.oddities.map(({ name }) => name).join('+');
    return {
      kind,
      detail,
      route: ask.route.id,
      request: `${line} (key: ${ask.key.name}${odd === '' ? '' : `, odd: ${odd}`})`,
    };
  }
}

/** Where two texts begin to differ. */
function changed(before: string, after: string): string {
  const at = [...before].findIndex((letter, i) => after[i] !== letter);
  const [was, is] = [before, after].map((text) => text.slice(Math.max(0, at - 40), at + 120));
  return `${was} became ${is}`;
}

function volleys(plan: Plan): fc.Arbitrary<Volley> {
  const each = asks(plan);
  const some = (of: fc.Arbitrary<Ask>) => fc.array(of, { minLength: 1, maxLength: AT_ONCE, size: 'max' });
  const refused = each.filter(mustBeRefused);
  return fc.record({ chance: fc.nat(), asks: fc.oneof({ weight: 5, arbitrary: some(each) }, some(refused)) });
}

/** A report for people. */
export function tellFuzz({ seed, requests, routes, neverGood, seconds, statuses, faults }: FuzzReport): string {
  return [
    `fuzz: seed ${seed}, ${requests} requests to ${routes} routes in ${seconds} s`,
    Object.entries(statuses)
      .map(([status, count]) => `${status}: ${count}`)
      .join('  '),
    ...(neverGood.length > 0 ? [`no good answer from: ${neverGood.join(', ')}`] : []),
    ...faults.map(
      (fault) => `  ${fault.kind}, ${fault.route}: ${fault.detail}\n    ${fault.request}\n    again: ${fault.again}`,
    ),
    faults.length === 0 ? 'nothing wrong' : `${faults.length} wrong`,
  ].join('\n');
}
