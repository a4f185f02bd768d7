import {
  type Capabilities as CapabilitiesView,
  errorText,
  FEATURES,
  type Feature,
  type LeadMasterError,
} from '@leadmaster/protocol';
import { Alarm, deadline, withSignal } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import type { BuildKeeper } from '../../builds/builds.ts';
import type { EngineRun } from '../../engine/engine.ts';
import type { PageProbe } from '../../engine/page-probe.ts';
import type { ProbedCapabilities } from '../../state/rows.ts';
import type { StateStore } from '../../state/state-store.ts';
import { featureUnavailable, journalMissing } from './refusals.ts';
import { ALL_UNKNOWN, CONFIRM_MS, changed, judge, Suspicions, toldChecks, type Verdicts } from './verdicts.ts';

/** A page that has not answered by then says nothing about its features. */
const PROBE_DEADLINE_MS = 30_000;
/** A page whose modules are still coming, or that did not answer once, is looked at again soon. */
const UNQUIET_MS = 10_000;
const BROKEN_AGAIN_MS = 60_000;

export interface CapabilitiesDeps {
  store: Pick<StateStore, 'pages'>;
  /** Who else learns from a self-test: the page is asked once. */
  builds: Pick<BuildKeeper, 'probed'>;
  log: Logger;
}

/**
 * What a session can do with the page that it runs on. The page is probed at every READY, beside everything else; what
 * is proven broken is refused before the page is asked, and probed until it is whole. What is unknown is never refused
 * (design, invariant 12).
 */
export class Capabilities {
  readonly #deps: CapabilitiesDeps;
  readonly #session: string;
  readonly #suspicions = new Suspicions();
  readonly #succeeded = new Set<Feature>();
  #build: string | null;
  #probed: ProbedCapabilities | null;
  #canJournal = true;
  #overridden: readonly Feature[];
  /** The verdicts that listeners know of, also from before a restart of the service. */
  #told: Verdicts;
  #followed: EngineRun | null = null;
  /** Ends the wait of the run for its next look. */
  #alarm = new Alarm();

  constructor(deps: CapabilitiesDeps, session: string) {
    this.#deps = deps;
    this.#session = session;
    const { capabilities, overridden } = deps.store.pages.get(session);
    // What an earlier process has proven is shown by `doctor`; here it has to be seen again before it refuses anything.
    this.#probed = capabilities === null ? null : { ...capabilities, features: ALL_UNKNOWN };
    this.#told = capabilities?.features ?? ALL_UNKNOWN;
    this.#build = capabilities?.build ?? null;
    this.#overridden = overridden;
  }

  get view(): CapabilitiesView {
    const { build, at, features, checks } = this.#probed ?? {
      build: null,
      at: null,
      features: ALL_UNKNOWN,
      checks: [],
    };
    const failures = build === null ? {} : this.#deps.store.pages.failures(build);
    return { build, at, features, checks, overridden: [...this.#overridden], failures };
  }

  /**
   * Probes a READY run until it ends. Nothing waits for it, and nothing that goes wrong in it leaves it. `build`: the
   * page's own word; what an earlier run has proven holds for the same build alone.
   */
  follow(run: EngineRun, build: string, signal: AbortSignal): void {
    // Its connection is back: one loop looks after a run, however often that happens.
    if (run === this.#followed) {
      this.hurry();
      return;
    }
    this.#followed = run;
    this.#alarm = new Alarm();
    this.#canJournal = true;
    if (build !== this.#build) this.#forget(build);
    this.#follow(run, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#deps.log.error({ session: this.#session, err: error }, 'the probes of the page ended');
    });
  }

  /** Looks now: the page has reloaded itself, or an operator wants to know. */
  hurry(): void {
    this.#alarm.ring();
  }

  /** Why a feature is not used now; null = nothing speaks against it for certain. */
  refusal(feature: Feature): LeadMasterError | null {
    const { features } = this.view;
    // Without the journal no text is sent, even with an override: its fate could never be found out.
    if (feature === 'text' && !this.#canJournal) return journalMissing(this.#session, this.#build);
    const needed: Feature[] = feature === 'text' || feature === 'media' ? ['ids', feature] : [feature];
    const broken = needed.find((one) => features[one] === 'broken' && !this.#overridden.includes(one));
    if (broken === undefined) return null;
    const failed = this.#probed?.checks.find((check) => check.feature === broken && !check.ok);
    return featureUnavailable(this.#session, broken, this.#build, failed ?? null);
  }

  /** A feature was used and it worked: it does not need what the probe finds missing. */
  succeeded(feature: Feature): void {
    this.#succeeded.add(feature);
    this.#suspicions.disprove(feature);
    if (this.#probed?.features[feature] !== 'broken' || (feature === 'text' && !this.#canJournal)) return;
    this.#tell({ ...this.#probed, features: { ...this.#probed.features, [feature]: 'ok' } });
  }

  /** A feature was used and it did not work. Counted until it has worked once on this build: a probe cannot see a changed meaning. */
  failed(feature: Feature): void {
    if (this.#build === null || this.#succeeded.has(feature)) return;
    this.#deps.store.pages.countFailure(this.#build, feature);
  }

  /** Uses these features although they are broken; an empty list goes by the probe alone. */
  override(features: readonly Feature[]): void {
    const overridden = FEATURES.filter((feature) => features.includes(feature));
    this.#deps.store.pages.set(this.#session, { overridden });
    this.#overridden = overridden;
  }

  async #follow(run: EngineRun, signal: AbortSignal): Promise<void> {
    for (let unanswered = 0; !signal.aborted; ) {
      const probe = await this.#probe(run, signal);
      if (signal.aborted) return;
      unanswered = probe === null ? unanswered + 1 : 0;
      // A page that reloads itself takes one question with it; what was known of its build stays true.
      if (unanswered !== 1) this.#note(probe);
      await this.#alarm.sleep(unanswered === 1 ? UNQUIET_MS : this.#nextLookMs(probe), signal);
    }
  }

  async #probe(run: EngineRun, signal: AbortSignal): Promise<PageProbe | null> {
    const overdue = deadline(PROBE_DEADLINE_MS, signal);
    const askedAt = performance.now();
    try {
      const probe = await withSignal(run.probe(overdue), overdue);
      this.#deps.builds.probed(this.#session, run, probe, askedAt);
      return probe;
    } catch (error) {
      if (!signal.aborted) {
        this.#deps.log.warn({ session: this.#session, err: error }, `the page was not probed: ${errorText(error)}`);
      }
      return null;
    }
  }

  /** What cannot be written down now is found again by a later look. */
  #note(probe: PageProbe | null): void {
    try {
      this.#take(probe);
    } catch (error) {
      this.#deps.log.error({ session: this.#session, err: error }, 'what the page can do could not be written down');
    }
  }

  #take(probe: PageProbe | null): void {
    if (probe !== null) this.#takeLook(probe);
    this.#tell({
      build: this.#build,
      at: probe === null ? (this.#probed?.at ?? null) : new Date().toISOString(),
      features: judge(probe, this.#suspicions.broken),
      checks: probe === null ? [] : toldChecks(probe),
    });
  }

  #takeLook(probe: PageProbe): void {
    if (probe.build !== this.#build) this.#forget(probe.build);
    this.#canJournal = probe.canJournal;
    this.#suspicions.take(probe, performance.now());
  }

  /** Another build runs: nothing that was seen is true of it. */
  #forget(build: string | null): void {
    this.#build = build;
    this.#suspicions.forget();
    this.#succeeded.clear();
    if (this.#probed !== null) this.#probed = { ...this.#probed, build, features: ALL_UNKNOWN, checks: [] };
  }

  /** Writes down what is thought now; told when a verdict is another than it was. */
  #tell(probed: ProbedCapabilities): void {
    const news = changed(this.#told, probed.features);
    this.#probed = probed;
    const isNews = Object.keys(news).length > 0;
    const data = { build: probed.build, changed: news };
    const event = isNews ? ({ type: 'session.capabilities', data } as const) : undefined;
    this.#deps.store.pages.set(this.#session, { capabilities: probed }, event);
    this.#told = probed.features;
  }

  #nextLookMs(probe: PageProbe | null): number | null {
    if (probe === null) return BROKEN_AGAIN_MS;
    if (!probe.isQuiet) return UNQUIET_MS;
    if (this.#suspicions.isOpen) return CONFIRM_MS;
    return this.#suspicions.broken.size > 0 || !probe.canJournal ? BROKEN_AGAIN_MS : null;
  }
}
