import type { DamageMemory } from '@leadmaster/vault';
import { z } from 'zod';
import type { StateStore } from '../state/state-store.ts';

const packList = z.array(z.string());

/** The packs of a vault in which this machine has found damage, kept with all that is remembered of vaults outside of them. */
export class KnownDamage implements DamageMemory {
  readonly #facts: StateStore['facts'];
  readonly #vault: () => string;

  constructor(facts: StateStore['facts'], vault: () => string) {
    this.#facts = facts;
    this.#vault = vault;
  }

  async damagedPacks(session: string): Promise<readonly string[]> {
    return this.#read(session);
  }

  async foundDamaged(session: string, pack: string): Promise<void> {
    // Nothing is awaited in between: several reads find damage at once.
    const known = this.#read(session);
    if (!known.includes(pack)) this.#facts.set(this.#name(session), JSON.stringify([...known, pack]));
  }

  #read(session: string): string[] {
    return packList.parse(JSON.parse(this.#facts.get(this.#name(session)) ?? '[]'));
  }

  #name(session: string): string {
    return `damaged packs of ${session} in vault ${this.#vault()}`;
  }
}
