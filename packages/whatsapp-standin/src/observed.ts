/**
 * What WhatsApp's side noticed, in order. Tests assert on it; nothing is ever removed.
 */

export type ObservedType =
  | 'connected'
  | 'disconnected'
  | 'qr'
  | 'qr_exhausted'
  | 'pairing_code'
  | 'passkey_asked'
  | 'passkey_over'
  | 'linked'
  | 'login'
  | 'refused'
  | 'rollback'
  | 'duplicate'
  | 'conflict'
  | 'takeover'
  | 'unlinked'
  | 'banned'
  | 'unbanned'
  | 'message'
  | 'retransmitted'
  | 'duplicate_message'
  | 'delivered'
  | 'synced'
  | 'self_reload'
  | 'restricted'
  | 'bulk'
  | 'fault'
  | 'status_read'
  | 'load_earlier'
  | 'vote';

/** One thing that was noticed. `seq` only grows; `device` is the number of the companion device of that phone. */
export interface Observation {
  readonly seq: number;
  readonly at: number;
  readonly type: ObservedType;
  readonly phone: string | null;
  readonly device: number | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export class ObservedLog {
  readonly entries: Observation[] = [];
  readonly #watchers = new Set<(entry: Observation) => void>();

  add(type: ObservedType, phone: string | null, device: number | null, detail: Record<string, unknown> = {}): void {
    const entry: Observation = { seq: this.entries.length + 1, at: Date.now(), type, phone, device, detail };
    this.entries.push(entry);
    for (const watcher of [...this.#watchers]) watcher(entry);
  }

  /** Calls back for every new entry until the returned function is called. */
  watch(watcher: (entry: Observation) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Resolves with the first entry of that type, past or future, that satisfies the predicate. */
  async waitFor(
    type: ObservedType,
    predicate: (entry: Observation) => boolean = () => true,
    timeoutMs = 45_000,
  ): Promise<Observation> {
    const fits = (entry: Observation): boolean => entry.type === type && predicate(entry);
    const past = this.entries.find(fits);
    if (past) return past;
    const { promise, resolve, reject } = Promise.withResolvers<Observation>();
    const stop = this.watch((entry) => {
      if (fits(entry)) resolve(entry);
    });
    const timer = setTimeout(() => {
      const seen = this.entries.slice(-8).map((entry) => entry.type);
      reject(new Error(`'${type}' was not observed within ${timeoutMs} ms; the latest were: ${seen.join(', ')}`));
    }, timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      stop();
    }
  }
}
