import { readFileSync } from 'node:fs';
import { captureProfile } from '@leadmaster/capture';
import {
  FolderStore,
  openVault,
  parseMasterKeys,
  parseRetention,
  type SnapshotInfo,
  type Vault,
} from '@leadmaster/vault';

/**
 * What the service does for a snapshot of a stopped session, in a process of its own: so its time and its memory are
 * those of this work alone. Folders are absolute.
 */
export type VaultTask = VaultOrder & {
  vault: string;
  keys: string;
  /** What the clock says; its own by default. */
  at?: string;
};

/** What it can be asked for. */
export type VaultOrder =
  | { do: 'create' }
  | { do: 'restore'; target: string }
  | { do: 'save'; profile: string; staging: string; kind: 'essential' | 'full' }
  | { do: 'keep'; policy: string };

/** What it tells as its only line of output. */
export interface VaultDone {
  /** Of the work, without the start of the process. */
  ms: number;
  /** Processor time of the work, user and system, all threads. */
  cpuMs: number;
  /** Snapshots that there are now. */
  snapshots: SnapshotInfo[];
}

const SESSION = 'bench';

async function carryOut(vault: Vault, task: VaultTask): Promise<void> {
  if (task.do === 'save') {
    const { profile: profileDir, staging: stagingDir, kind } = task;
    await using capture = await captureProfile({ profileDir, stagingDir, kind, browser: null });
    if (!capture.structure.ok) throw new Error(`The copy is not whole: ${JSON.stringify(capture.structure.checks)}`);
    await vault.save(SESSION, capture.entries, { kind });
  } else if (task.do === 'restore') {
    const newest = (await vault.list(SESSION)).snapshots.at(-1);
    if (newest === undefined) throw new Error('There is no snapshot.');
    await vault.restore(SESSION, newest.id, task.target);
  } else if (task.do === 'keep') {
    await vault.forget(SESSION, { policy: parseRetention(task.policy) });
    await vault.prune(SESSION);
  }
}

const task = JSON.parse(process.argv[2] ?? '') as VaultTask;
const began = performance.now();
const cpu = process.cpuUsage();
const create = task.do === 'create';
const vault = await openVault({
  store: new FolderStore(task.vault, { create }),
  masterKeys: parseMasterKeys(readFileSync(task.keys, 'utf8')),
  create,
  owner: 'bench',
  ...(task.at === undefined ? {} : { now: () => new Date(task.at ?? 0) }),
});
await carryOut(vault, task);
const ms = performance.now() - began;
const { user, system } = process.cpuUsage(cpu);
const snapshots = create ? [] : (await vault.list(SESSION)).snapshots;
console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1000, snapshots } satisfies VaultDone));
