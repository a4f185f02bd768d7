import type { ProfileStore } from '../profile/profile-store.ts';
import { sessionNotFound, sessionUnclaimed } from './refusals.ts';
import type { SessionSupervisor } from './supervisor.ts';

/**
 * The sessions of this machine by name. It is built empty and before everything else of the lifecycle, so that messages,
 * builds and profile access find a session by its name; the registry alone changes it.
 */
export class Roster {
  readonly #profiles: Pick<ProfileStore, 'list' | 'readRecord' | 'locate'>;
  readonly #supervisors = new Map<string, SessionSupervisor>();

  constructor(profiles: Pick<ProfileStore, 'list' | 'readRecord' | 'locate'>) {
    this.#profiles = profiles;
  }

  names(): string[] {
    return [...this.#supervisors.keys()];
  }

  has(name: string): boolean {
    return this.#supervisors.has(name);
  }

  supervisors(): readonly SessionSupervisor[] {
    return [...this.#supervisors.values()];
  }

  find(name: string): SessionSupervisor | null {
    return this.#supervisors.get(name) ?? null;
  }

  /** @throws LeadMasterError `session_not_found`, or `session_unclaimed` when there is a profile that was never adopted. */
  async get(name: string): Promise<SessionSupervisor> {
    const supervisor = this.#supervisors.get(name);
    if (supervisor !== undefined) return supervisor;
    await this.refuseUnclaimed(name);
    throw sessionNotFound(name);
  }

  /** The profiles that no session claims. */
  async unclaimed(): Promise<string[]> {
    const found = await this.#profiles.list((name) => this.#supervisors.has(name));
    // One may have become a session while the folder was read.
    return found.map(({ name }) => name).filter((name) => !this.#supervisors.has(name));
  }

  /** @throws LeadMasterError `session_unclaimed`, or why its record keeps it from being adopted. */
  async refuseUnclaimed(name: string): Promise<void> {
    const found = await this.unclaimed();
    if (!found.includes(name)) return;
    // A record that says otherwise keeps it from being adopted, and says what to do.
    await this.#profiles.readRecord(name);
    throw sessionUnclaimed(name, this.#profiles.locate(name));
  }

  add(supervisor: SessionSupervisor): void {
    this.#supervisors.set(supervisor.name, supervisor);
  }

  remove(name: string): void {
    this.#supervisors.delete(name);
  }

  /** Stops every session, all at once, and remembers which were running. */
  async close(): Promise<void> {
    await Promise.all(
      this.supervisors().map(async (supervisor) => {
        await supervisor.close('service_stopped');
        supervisor.saveHealth();
      }),
    );
  }
}
