import { type Capture, type CaptureRequest, captureProfile, checkStructureAside } from '@leadmaster/capture';
import { LeadMasterError } from '@leadmaster/protocol';
import type { SnapshotInfo, Vault } from '@leadmaster/vault';
import type { Settings } from './options.ts';
import { openPlace } from './vault-place.ts';

/** A database that is not whole in one copy may be in the next; one that is not in two is not whole on disk. */
const CAPTURES = 2;

/** The snapshots of one session: what of them this package needs. */
export class History {
  readonly #settings: Settings;
  #vault: Promise<Vault> | null = null;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /**
   * The newest snapshot, if it is from after a moment; null where there is provably none.
   *
   * @throws LeadMasterError `snapshot_damaged` where it cannot be told which is newest, or what keeps the vault from answering.
   */
  async newest(after: string | null): Promise<SnapshotInfo | null> {
    const { clientId } = this.#settings;
    const vault = await this.#open();
    if (!(await vault.has(clientId))) return null;
    const { snapshots, problems } = await vault.list(clientId);
    const [problem] = problems;
    if (problem !== undefined) {
      throw new LeadMasterError(
        'snapshot_damaged',
        `The history of ${clientId} in the vault is not whole: ${problem.detail} (${problem.object})`,
        'The newest snapshot is unknown. Look at vault.list(); if it is right as it is, vault.acknowledge() confirms it.',
      );
    }
    const newest = snapshots.at(-1);
    return newest === undefined || (after !== null && newest.at <= after) ? null : newest;
  }

  /** Fetches a snapshot into a folder that is not there yet, and proves every byte and that its databases would open. */
  async fetch(snapshot: SnapshotInfo, folder: string, signal: AbortSignal): Promise<void> {
    const vault = await this.#open();
    await vault.restore(this.#settings.clientId, snapshot.id, folder, { signal });
    const report = await checkStructureAside(folder, { requireLogin: true }, signal);
    if (report.ok) return;
    throw new LeadMasterError(
      'snapshot_damaged',
      `Snapshot ${snapshot.id} would lose its login: ${broken(report)}`,
      `Nothing was changed. vault.forget(${JSON.stringify(this.#settings.clientId)}, { ids: [${JSON.stringify(snapshot.id)}] }) makes the previous one the newest.`,
    );
  }

  /** Copies a profile as it is at one moment, and saves that: durable when it resolves. */
  async save(
    profile: Omit<CaptureRequest, 'kind' | 'signal'>,
    chromium: string | null,
    signal: AbortSignal,
  ): Promise<{ snapshot: SnapshotInfo; pauseMs: number }> {
    const began = performance.now();
    const { clientId, kind } = this.#settings;
    const vault = await this.#open();
    await using capture = await captureWhole({ ...profile, kind, signal });
    const { pauseMs, method, frozenAt, entries } = capture;
    // In LeadMaster's own words: its session manager can take over such a vault.
    const extra = {
      frozenAt: frozenAt.toISOString(),
      reason: 'vault-auth',
      method,
      pauseMs: Math.round(pauseMs * 10) / 10,
      captureMs: Math.round(performance.now() - began),
      chromium,
      generation: 1,
      account: null,
    };
    return { snapshot: await vault.save(clientId, entries, { kind, extra, signal }), pauseMs };
  }

  /** Forgets what `keep` does not keep, and deletes data that no snapshot needs. */
  async tidy(signal: AbortSignal): Promise<void> {
    const { clientId, keep } = this.#settings;
    const vault = await this.#open();
    await vault.forget(clientId, { policy: keep }, { signal });
    await vault.prune(clientId, { signal });
  }

  /** What keeps it from opening is reported each time: a disk may be mounted meanwhile, a network come back. */
  #open(): Promise<Vault> {
    this.#vault ??= openPlace(this.#settings.vault).catch((error: unknown) => {
      this.#vault = null;
      throw error;
    });
    return this.#vault;
  }
}

async function captureWhole(request: CaptureRequest): Promise<Capture> {
  for (let tries = 1; ; tries += 1) {
    const capture = await captureProfile(request);
    if (capture.structure.ok) return capture;
    await capture[Symbol.asyncDispose]();
    if (tries < CAPTURES) continue;
    throw new LeadMasterError(
      'capture_failed',
      `The copy is not whole: ${broken(capture.structure)}`,
      'Nothing was saved, and earlier snapshots are untouched. It is tried again.',
    );
  }
}

function broken({ checks }: Capture['structure']): string {
  const failed = checks.filter(({ ok }) => !ok);
  return failed.map(({ name, detail }) => `${name}: ${detail}`).join('; ');
}
