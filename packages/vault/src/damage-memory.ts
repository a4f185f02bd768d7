/**
 * Remembers, outside the vault, in which packs a reader found damage: nothing that is saved later relies
 * on those. Pack names are random, so one that is gone may stay remembered.
 */
export interface DamageMemory {
  damagedPacks(session: string): Promise<readonly string[]>;
  /** A pack may be told more than once. */
  foundDamaged(session: string, pack: string): Promise<void>;
}

/** What one process has found, for callers without a lasting memory. */
export class ProcessDamageMemory implements DamageMemory {
  readonly #packs = new Map<string, Set<string>>();

  async damagedPacks(session: string): Promise<readonly string[]> {
    return [...(this.#packs.get(session) ?? [])];
  }

  async foundDamaged(session: string, pack: string): Promise<void> {
    this.#packs.set(session, (this.#packs.get(session) ?? new Set()).add(pack));
  }
}
