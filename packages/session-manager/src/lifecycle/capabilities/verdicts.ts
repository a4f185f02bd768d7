import { type CapabilityCheck, FEATURES, type Feature, type FeatureVerdict } from '@leadmaster/protocol';
import type { PageCheck, PageProbe } from '../../engine/page-probe.ts';

export type Verdicts = Readonly<Record<Feature, FeatureVerdict>>;

/** Two sights of the same thing missing prove it only when a page had this long to bring it. */
export const CONFIRM_MS = 30_000;

export const ALL_UNKNOWN: Verdicts = verdictsOf(() => 'unknown');

/**
 * Which checks have failed, and since when: the memory that turns two looks into a proof. Pure; `now` is any clock that
 * only goes forward, in milliseconds.
 */
export class Suspicions {
  readonly #since = new Map<string, { feature: Feature; at: number }>();
  readonly #broken = new Map<string, Feature>();
  readonly #disproven = new Set<Feature>();

  /** Takes in one look. A page whose modules are still coming can clear a check, and accuses none. */
  take(probe: PageProbe, now: number): void {
    for (const check of probe.checks) {
      if (check.result === 'ok') this.#clear(check.name);
      else if (probe.isQuiet && isProof(check)) this.#accuse(check, now);
    }
  }

  #accuse({ name, feature }: PageCheck, now: number): void {
    if (this.#disproven.has(feature)) return;
    const since = this.#since.get(name);
    if (since === undefined) this.#since.set(name, { feature, at: now });
    else if (now - since.at >= CONFIRM_MS) this.#broken.set(name, feature);
  }

  #clear(name: string): void {
    this.#since.delete(name);
    this.#broken.delete(name);
  }

  /** A real use has succeeded: the feature does not need what the probe looks for on this build. */
  disprove(feature: Feature): void {
    this.#disproven.add(feature);
    for (const [name, suspected] of this.#since) if (suspected.feature === feature) this.#clear(name);
  }

  /** Another build of the page: nothing that was seen is true of it. */
  forget(): void {
    this.#since.clear();
    this.#broken.clear();
    this.#disproven.clear();
  }

  get broken(): ReadonlySet<Feature> {
    return new Set(this.#broken.values());
  }

  /** Something was missing once, and the second look is due. */
  get isOpen(): boolean {
    return this.#since.size > this.#broken.size;
  }
}

/** Only what the step itself calls is proof; an unneeded module may be gone. */
function isProof({ isNeeded, result }: PageCheck): boolean {
  return isNeeded && (result === 'missing' || result === 'wrong');
}

/** What a look says of each feature: proven broken, seen whole, or unknown. `probe` null: the page gave no answer. */
export function judge(probe: PageProbe | null, broken: ReadonlySet<Feature>): Verdicts {
  return verdictsOf((feature) => {
    const checks = probe?.checks.filter((check) => check.feature === feature) ?? [];
    if (broken.has(feature)) return 'broken';
    // Nothing is handed over without the journal of ids, so this is proof by itself.
    if (feature === 'text' && probe?.canJournal === false) return 'broken';
    return checks.length > 0 && checks.every(({ result }) => result === 'ok') ? 'ok' : 'unknown';
  });
}

/** The checks as the outside sees them. */
export function toldChecks(probe: PageProbe): CapabilityCheck[] {
  return probe.checks.map(({ name, feature, result, detail }) => ({
    ...{ name, feature, ok: result === 'ok' },
    detail: result === 'ok' || detail === '' ? detail || result : `${result}: ${detail}`,
  }));
}

/** Features whose verdict differs. */
export function changed(from: Verdicts, to: Verdicts): Partial<Record<Feature, FeatureVerdict>> {
  return Object.fromEntries(FEATURES.filter((one) => from[one] !== to[one]).map((one) => [one, to[one]]));
}

function verdictsOf(say: (feature: Feature) => FeatureVerdict): Verdicts {
  return Object.fromEntries(FEATURES.map((feature) => [feature, say(feature)])) as Record<Feature, FeatureVerdict>;
}
