import type { StorageReport, StorageSummary } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { ProfileSize } from '../profile/measure.ts';
import type { ProfileStore } from '../profile/profile-store.ts';
import type { StateStore } from '../state/state-store.ts';
import { GROWTH_WINDOW_MS, growthPerDay, SIZES_WINDOW_MS } from './growth.ts';

export interface MeasurementDeps {
  profiles: Pick<ProfileStore, 'measure'>;
  store: Pick<StateStore, 'storage'>;
  /** A session that grows beyond this gives a warning (`STORAGE_WARN_MB`). */
  warnBytes: number;
  log: Logger;
}

/** The size of profiles, now and over time. Everything that measures one comes through here, so that it is remembered. */
export class Measurements {
  readonly #deps: MeasurementDeps;
  readonly #known = new Map<string, StorageSummary>();
  /** One walk through a profile at a time; who asks meanwhile gets its answer. */
  readonly #running = new Map<string, Promise<ProfileSize & { measuredAt: string }>>();

  constructor(deps: MeasurementDeps) {
    this.#deps = deps;
  }

  /** @throws LeadMasterError `profile_unreadable`. */
  async measure(session: string): Promise<ProfileSize & { measuredAt: string }> {
    const running = this.#running.get(session) ?? this.#measure(session);
    this.#running.set(session, running);
    try {
      return await running;
    } finally {
      this.#running.delete(session);
    }
  }

  /** The last figures; those of an earlier run of the service where there are no newer ones. */
  summary(session: string): StorageSummary {
    const known = this.#known.get(session);
    if (known !== undefined) return known;
    const last = this.#deps.store.storage.latest(session);
    const sizes = { bytes: last?.bytes ?? null, criticalBytes: last?.critical ?? null, measuredAt: last?.at ?? null };
    const summary = { ...sizes, growthBytesPerDay: this.growth(session) };
    this.#known.set(session, summary);
    return summary;
  }

  /** Bytes per day; null until there is an hour to judge by. */
  growth(session: string): number | null {
    return growthPerDay(this.#deps.store.storage.samples(session, new Date(Date.now() - GROWTH_WINDOW_MS)));
  }

  /** Its size over the last month, oldest first. */
  sizes(session: string): StorageReport['sizes'] {
    const samples = this.#deps.store.storage.samples(session, new Date(Date.now() - SIZES_WINDOW_MS));
    return samples.map(({ at, bytes }) => ({ at, bytes }));
  }

  forget(session: string): void {
    this.#known.delete(session);
  }

  async #measure(session: string): Promise<ProfileSize & { measuredAt: string }> {
    const size = await this.#deps.profiles.measure(session);
    const measuredAt = new Date().toISOString();
    const growthBytesPerDay = this.#remember(session, size);
    this.#known.set(session, {
      bytes: size.bytes,
      criticalBytes: size.classes.critical,
      growthBytesPerDay,
      measuredAt,
    });
    return { ...size, measuredAt };
  }

  /** Hands back the growth with it. */
  #remember(session: string, { bytes, classes }: ProfileSize): number | null {
    const { store, warnBytes, log } = this.#deps;
    try {
      const hint = `"./leadmaster storage ${session}" shows what it is, "./leadmaster trim ${session}" deletes caches that WhatsApp can download again.`;
      const told = store.storage.record(session, { bytes, ...classes }, { warnBytes, hint });
      if (told !== null) log.warn({ session, bytes, warnBytes }, 'the profile has grown beyond STORAGE_WARN_MB');
      return this.growth(session);
    } catch (error) {
      // The figures are right anyway; only their history has a gap.
      log.warn({ session, err: error }, 'the size of the profile could not be written down');
      return this.#known.get(session)?.growthBytesPerDay ?? null;
    }
  }
}
