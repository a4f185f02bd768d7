import { lstatSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LeadMasterError, type Unreachable } from '@leadmaster/protocol';
import {
  BrowserFinder,
  CHECKOUT,
  type Config,
  type PlaceProbe,
  thisProbe,
} from '@leadmaster/session-manager/installation';
import { openStore, openVault, type SeenHead, storeUrl, traceOfVault, type Vault } from '@leadmaster/vault';
import { keysIn } from './key-copy.ts';

/** The newest record of a session that was seen in a vault, by the vault's id. */
export type SeenHeads = (vault: string, session: string) => SeenHead | null;

/** What the doctor asks of the machine beside files; tests have machines of their own. */
export interface Machine {
  /** Where the code lies, and commands are typed: what they write may lie there, too. */
  checkout: string;
  /** Who asks; null where users have no numbers. */
  uid: number | null;
  now(): Date;
  /** The user of a process; null when it is gone or hidden. */
  userOf(pid: number): number | null;
  /** Room on the disk of a path, which need not exist yet. */
  room(path: string): Promise<{ freeBytes: number; totalBytes: number }>;
  /** The disk of a path, which need not exist yet. */
  device(path: string): number;
  /** @throws LeadMasterError `browser_missing` */
  browserVersion(): Promise<string>;
  /** Why WhatsApp Web is not reached; null = it is. @throws LeadMasterError `browser_missing`, `browser_failed` */
  reach(): Promise<Unreachable | null>;
  /** What is asked about the place of the data folder. */
  probe: PlaceProbe;
  /** Opens the vault to read in it, making nothing. @throws LeadMasterError `vault_missing`, `store_unreachable`, ... */
  tryVault(seen: SeenHeads): Promise<Vault | undefined>;
}

/** For a snapshot, a far store is tried again for minutes; here the operator waits for an answer. */
const VAULT_MS = 15_000;

/** The machine this runs on. */
export function thisMachine(config: Config): Machine {
  const browsers = new BrowserFinder(config.chromePath);
  return {
    checkout: CHECKOUT,
    uid: process.getuid?.() ?? null,
    now: () => new Date(),
    probe: thisProbe,
    userOf(pid) {
      try {
        return statSync(`/proc/${pid}`).uid;
      } catch {
        return null;
      }
    },
    async room(path) {
      const { bavail, blocks, bsize } = await statfs(existing(path));
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    device: (path) => statSync(existing(path)).dev,
    browserVersion: async () => (await browsers.find(config.loginMode === 'local')).version,
    async reach() {
      // Only here: what drives a browser takes long to load.
      const { reachWhatsApp } = await import('@leadmaster/session-manager/reach');
      return reachWhatsApp(await browsers.find(false), config.chromeArgs);
    },
    async tryVault(seen) {
      const { location } = config.vault;
      // For a store, a folder that is not there is one that cannot be reached.
      if (location.kind === 'folder' && !isThere(location.path)) throw noVault(location.path);
      const store = await openStore(storeUrl(location), { base: '/' });
      const signal = AbortSignal.timeout(VAULT_MS);
      // First whether there is a vault at all: before the first start there is neither it nor a key.
      if ((await traceOfVault(store, signal)) === null) throw noVault(store.name);
      let id = '';
      const memory = {
        recall: async (session: string) => seen(id, session),
        // It only looks.
        remember: async () => undefined,
      };
      const vault = await openVault({ store, masterKeys: await keysIn(config.vault.keyFile), memory, signal });
      id = vault.id;
      return vault;
    },
  };
}

function noVault(name: string): LeadMasterError {
  return new LeadMasterError('vault_missing', `There is no vault at ${name}`, 'The first start makes one.');
}

/** The path itself, or the nearest folder above it that is there. */
function existing(path: string): string {
  for (let at = path; ; at = dirname(at)) {
    if (isThere(at) || at === dirname(at)) return at;
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
