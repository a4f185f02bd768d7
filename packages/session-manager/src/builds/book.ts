import type { Build } from '@leadmaster/protocol';
import type { BuildRow } from '../state/rows.ts';
import type { BuildDeps } from './build-deps.ts';
import { compareBuilds, MODEL_STORAGE, type Numbers, readKnobs } from './page-facts.ts';

/** Files of a build go from WhatsApp's hosts after 85 to 90 days (whatsapp-web-2026, 7.2). */
export const LIFE_MS = 80 * 86_400_000;

/** How many pages are kept. */
const KEPT_MAX = 10;
/** Of them, good builds that always stay: the fallbacks. */
const GOOD_KEPT = 3;

/** What this machine knows of builds, and the pages that it keeps of them. */
export class BuildBook {
  readonly #deps: Pick<BuildDeps, 'store' | 'pages' | 'settings' | 'now'>;

  constructor(deps: Pick<BuildDeps, 'store' | 'pages' | 'settings' | 'now'>) {
    this.#deps = deps;
  }

  /** A page was loaded, or looked at: it is kept where its HTML is here, then written down. `wanted`: another was to be loaded. */
  async seen(build: string, page: { session: string; html: string | null; wanted?: string | null }): Promise<void> {
    const { store, pages } = this.#deps;
    const { session, html, wanted = null } = page;
    if (html !== null) await pages.keep(build, html);
    const knobs = html === null ? null : readKnobs(html);
    store.builds.seen(build, { session, knobs, ...(wanted === null ? {} : { wanted }) });
    await this.#prune();
  }

  /** A session is READY on it. */
  ready(build: string, session: string, databases: Numbers): void {
    const { store } = this.#deps;
    store.atomically(() => {
      store.builds.seen(build, { session, knobs: null });
      store.builds.ready(build, databases);
      store.builds.setSession(session, { running: build });
    });
  }

  /** Good builds that may still be loaded, newest first. */
  good(): BuildRow[] {
    const now = this.#deps.now().getTime();
    return this.#newestFirst().filter(
      ({ verdict, firstSeenAt }) => verdict === 'good' && now - Date.parse(firstSeenAt) < LIFE_MS,
    );
  }

  /** For people, newest first. `running`: the builds of the pages that run now. */
  async list(running: readonly string[]): Promise<Build[]> {
    const rows = this.#newestFirst();
    const kept = await Promise.all(rows.map(({ build }) => this.#deps.pages.has(build)));
    return rows.map((row, i) => ({
      build: row.build,
      sessions: running.filter((build) => build === row.build).length,
      firstSeenAt: row.firstSeenAt,
      lastReadyAt: row.lastReadyAt,
      verdict: row.verdict,
      reason: row.reason,
      schema: row.knobs[MODEL_STORAGE] ?? null,
      kept: kept[i] ?? false,
    }));
  }

  #newestFirst(): BuildRow[] {
    return this.#deps.store.builds.all().sort((a, b) => compareBuilds(b.build, a.build));
  }

  /** Removes pages that nothing is pinned to and nothing would fall back to, oldest first. */
  async #prune(): Promise<void> {
    const { store, pages, settings } = this.#deps;
    const kept = (await pages.list()).sort((a, b) => compareBuilds(b, a));
    const needed = new Set(
      [
        settings.pinned,
        ...store.builds.sessions().flatMap(({ wanted, running }) => [wanted, running]),
        ...store.builds.trials().map(({ build }) => build),
        ...this.good()
          .slice(0, GOOD_KEPT)
          .map(({ build }) => build),
      ].filter((build) => build !== null),
    );
    const spare = kept.filter((build) => !needed.has(build));
    const room = Math.max(0, KEPT_MAX - (kept.length - spare.length));
    for (const build of spare.slice(room)) await pages.remove(build);
  }
}
