import { randomUUID } from 'node:crypto';
import { chownSync, readdirSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TransferPhase } from '@leadmaster/protocol';
import { newMasterKeyText, openStore, openVault, parseMasterKeys, storeUrl } from '@leadmaster/vault';
import { type Config, readConfig } from '../../session-manager/src/config/index.ts';
import { prepareDataFolder } from '../../session-manager/src/profile/data-folder.ts';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import { type DataPaths, dataPaths } from '../../session-manager/src/profile/paths.ts';
import { vaultAtFact } from '../../session-manager/src/snapshots/vault-identity.ts';
import { createStateStore } from '../../session-manager/src/state/sqlite-state-store.ts';
import type { StateStore } from '../../session-manager/src/state/state-store.ts';
import { A_SNAPSHOT } from '../../session-manager/test/event-samples.ts';
import { putLogin, tempFolder } from '../../session-manager/test/profile/helpers.ts';
import { forgetNewestSchema } from '../../session-manager/test/state/older-schema.ts';
import type { ToldFinding } from '../src/diagnosis.ts';
import { type DoctorOptions, examine } from '../src/doctor.ts';
import { noteKeyCopy } from '../src/key-copy.ts';
import type { Machine } from '../src/machine.ts';

export const NAME = 'ventas';
export const CHROMIUM = '156.0.8078.79';

/** An installation to try things on: a data folder with one linked session, a vault on what is said to be another disk, and nothing wrong with it. */
export class SampleInstallation {
  readonly config: Config;
  readonly paths: DataPaths;
  /** Answers of the machine that are not its own. */
  machine: Partial<Machine>;

  private constructor(config: Config) {
    this.config = config;
    this.paths = dataPaths(config.dataDir);
    const vault = config.vault.location.kind === 'folder' ? config.vault.location.path : '';
    this.machine = {
      checkout: dirname(config.dataDir),
      browserVersion: async () => CHROMIUM,
      reach: async () => null,
      device: (path) => (path.startsWith(vault) ? 2 : 1),
      room: async () => ({ freeBytes: 50e9, totalBytes: 100e9 }),
    };
  }

  static async healthy(env: Record<string, string> = {}): Promise<SampleInstallation> {
    const folder = await tempFolder();
    const config = readConfig({
      LEADMASTER_DATA_DIR: join(folder, 'data'),
      VAULT_URL: `file:${join(folder, 'elsewhere')}`,
      ...env,
    });
    const made = new SampleInstallation(config);
    prepareDataFolder(made.paths);
    await made.#makeVault();
    made.change((store) => {
      store.sessions.insert({ name: NAME, metadata: {}, desired: 'stopped' });
      store.sessions.touch(NAME, { caughtUpTo: new Date().toISOString() });
      store.snapshots.created(NAME, { id: '1-00000001', at: new Date().toISOString(), data: A_SNAPSHOT });
    });
    await made.putProfile(NAME);
    return made;
  }

  get profile(): string {
    return this.paths.session(NAME);
  }

  /** A profile with a whole login, its record, and right modes. */
  async putProfile(name: string): Promise<void> {
    const profiles = createProfileStore({ dataDir: this.paths.root });
    await profiles.create(name);
    await putLogin(profiles.locate(name));
    await profiles.updateRecord(name, { committedAt: new Date().toISOString(), chromiumVersion: CHROMIUM });
    await profiles.repairPermissions(name);
  }

  /** Writes into the database, as the service would. */
  change(work: (store: StateStore) => void): void {
    const store = createStateStore({ file: this.paths.database });
    try {
      work(store);
    } finally {
      store.close();
    }
  }

  /** The database as the version before the newest step of the schema has left it, as far as it tells its version. */
  forgetNewestSchema(): void {
    forgetNewestSchema(this.paths.database);
  }

  /** A session on its way here, in a phase since so long ago; sealed, its name is kept for it. */
  putArrival(session: string, phase: TransferPhase, agoMs: number): void {
    const reserved = phase !== 'prepared';
    const facts = { chromium: null, bytes: 1, metadata: {}, account: null, desired: 'running', told: [] };
    const now = () => new Date(Date.now() - agoMs);
    const store = createStateStore({ file: this.paths.database, now });
    try {
      const transfer = { id: `tr_${randomUUID()}`, session, generation: 3, peer: null };
      store.transfers.begin({
        ...{ ...transfer, role: 'target', phase },
        facts: { ...facts, reserved, caughtUpTo: reserved ? now().toISOString() : null },
      });
      if (!reserved) return;
      store.sessions.insert({ name: session, metadata: {}, desired: 'stopped' });
      store.sessions.touch(session, { caughtUpTo: now().toISOString() });
    } finally {
      store.close();
    }
  }

  /** The session was handed over to another machine, which has not answered since. */
  putDeparture(agoMs: number): void {
    const store = createStateStore({ file: this.paths.database, now: () => new Date(Date.now() - agoMs) });
    try {
      const transfer = { id: `tr_${randomUUID()}`, session: 'lejos', generation: 3, peer: 'https://other:3001' };
      const facts = { desired: 'running', caughtUpTo: null };
      store.transfers.begin({ ...transfer, role: 'source', phase: 'begun', facts });
      store.transfers.advance(transfer.id, 'handed_over');
    } finally {
      store.close();
    }
  }

  /** Everything belongs to a user who is not root, also where the tests run as root. */
  giveAway(uid = 12_345): void {
    this.machine = { ...this.machine, uid };
    if (process.getuid?.() !== 0) return;
    for (const name of ['', ...readdirSync(this.paths.root, { recursive: true, encoding: 'utf8' })])
      chownSync(join(this.paths.root, name), uid, uid);
  }

  async examine(options: DoctorOptions = {}) {
    return examine(this.config, { machine: this.machine, network: true, ...options });
  }

  /** What is found, beside that the tests may run as root. */
  async found(options: DoctorOptions = {}): Promise<ToldFinding[]> {
    const { findings } = await this.examine(options);
    return findings.filter(({ id, severity }) => severity !== 'ok' && id !== 'runs_as_root');
  }

  async #makeVault(): Promise<void> {
    const { keyFile, location } = this.config.vault;
    const key = newMasterKeyText();
    await writeFile(keyFile, key, { mode: 0o600 });
    const store = await openStore(storeUrl(location), { base: '/', create: true });
    const vault = await openVault({ store, masterKeys: parseMasterKeys(key), create: true });
    this.change((state) => state.facts.set(vaultAtFact(storeUrl(location)), vault.id));
    await noteKeyCopy(this.config, null);
  }
}

/** Writes a file with the folders above it. */
export async function put(path: string, text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, text);
}
