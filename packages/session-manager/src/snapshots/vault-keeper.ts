import { randomBytes } from 'node:crypto';
import { lstatSync, readFileSync, statSync } from 'node:fs';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { isMissing, makePrivateFile } from '@leadmaster/service-kit/files';
import {
  ByteRate,
  newMasterKeyText,
  openStore,
  openVault,
  parseMasterKeys,
  type SeenHead,
  storeUrl,
  traceOfVault,
  type Vault,
} from '@leadmaster/vault';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { DataPaths } from '../profile/paths.ts';
import type { StateStore } from '../state/state-store.ts';
import { KnownDamage } from './known-damage.ts';
import { type Identity, identityOf, isFirst, refuseChanged, remember } from './vault-identity.ts';

/** Our name as a writer: locks that this data folder's last process left in the vault are ours to take. */
const OWNER = 'owner';

export interface VaultKeeperDeps {
  vault: Config['vault'];
  /** What is remembered of vaults outside of them. */
  memory: Pick<StateStore, 'vault' | 'facts'>;
  /** Where it is noted that the operator has accepted another vault. */
  paths: Pick<DataPaths, 'vaultAccepted'>;
  /** Whether a key and a vault may be made where there are none: by the service, never by a look. */
  mayCreate: boolean;
  /** The clock by which snapshots are dated and forgotten. */
  now?: () => Date;
  /** Opens the store that the settings name; tests keep it in memory. */
  openStore?: typeof openStore;
  log: Logger;
}

/**
 * Opens the vault when it is first needed, and keeps it open. What keeps it from opening is reported each time: a disk may
 * be mounted meanwhile, a network come back.
 */
export class VaultKeeper {
  readonly #deps: VaultKeeperDeps;
  readonly #url: string;
  readonly #rate: ByteRate | null;
  readonly #openStore: typeof openStore;
  #opening: Promise<Vault> | null = null;

  constructor(deps: VaultKeeperDeps) {
    this.#deps = deps;
    this.#openStore = deps.openStore ?? openStore;
    this.#url = storeUrl(deps.vault.location);
    this.#rate = deps.vault.bytesPerSecond === null ? null : new ByteRate(deps.vault.bytesPerSecond);
  }

  /** @throws LeadMasterError `vault_missing`, `vault_key_missing`, `vault_key_wrong`, `vault_newer`, `store_unreachable` ... */
  async open(): Promise<Vault> {
    const opening = this.#opening;
    if (opening !== null && (await this.#isAsItWas(opening))) return opening;
    if (this.#opening === opening) this.#opening = null;
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = null;
      throw error;
    });
    return this.#opening;
  }

  /** The vault as a machine sees it that opens it for the first time, with the key file as it is now: to verify by. */
  fresh(): Promise<Vault> {
    return this.#open();
  }

  /**
   * The vault for one look before sessions are started. It makes nothing, and what is read through it is not remembered.
   * Null where there was none yet.
   */
  async peek(signal: AbortSignal): Promise<Vault | null> {
    const { memory, paths, vault: place } = this.#deps;
    const keyText = readKeyFile(place.keyFile);
    const identity = identityOf(memory.facts, paths, this.#url, keyText);
    if (keyText === null && isFirst(identity)) return null;
    if (keyText === null) throw keyMissing(this.#url, place.keyFile);
    const opened = await this.#openUnremembered(keyText, signal).catch((error: unknown) => {
      if (isNothing(error) && isFirst(identity)) return null;
      throw error;
    });
    if (opened !== null) refuseChanged(identity, this.#url, opened.id);
    return opened;
  }

  async #openUnremembered(keyText: string, signal: AbortSignal): Promise<Vault> {
    const store = await this.#openStore(this.#url, { base: '/' });
    const memory = { recall: async () => null, remember: async () => undefined };
    return openVault({ store, masterKeys: parseMasterKeys(keyText), memory, signal });
  }

  /**
   * Whether what the vault was opened with is still there. What has changed meanwhile is opened again, which reports what is
   * wrong with it; a store that does not answer says nothing of that.
   */
  async #isAsItWas(opening: Promise<Vault>): Promise<boolean> {
    try {
      await (await opening).prove();
      return true;
    } catch (error) {
      const isAway = error instanceof LeadMasterError && ['store_unreachable', 'store_denied'].includes(error.code);
      if (isAway) throw error;
      return false;
    }
  }

  async #open(): Promise<Vault> {
    const { memory, paths } = this.#deps;
    const { keyFile } = this.#deps.vault;
    const present = readKeyFile(keyFile);
    const identity = identityOf(memory.facts, paths, this.#url, present);
    // A place that held our vault and is empty now is a disk that is not mounted, never a place for a new one.
    const create = this.#deps.mayCreate && isFirst(identity);
    const opened = await this.#openIn(identity, create, present).catch((error: unknown) => {
      throw isNothing(error) && present !== null && identity.known === null && identity.recorded.size > 0
        ? elsewhere(this.#url, keyFile, identity)
        : error;
    });
    const { vault, keyText } = opened;
    refuseChanged(identity, this.#url, vault.id);
    const found = { url: this.#url, vault: vault.id, keyFile, keyText };
    remember(memory.facts, identity, found);
    return vault;
  }

  async #openIn(
    { known }: Identity,
    create: boolean,
    present: string | null,
  ): Promise<{ vault: Vault; keyText: string }> {
    const { memory, now } = this.#deps;
    const store = await this.#openStore(this.#url, {
      base: '/',
      create,
      ...(this.#rate === null ? {} : { throttle: { up: this.#rate, down: this.#rate } }),
    });
    const keyText =
      present ?? (await this.#firstKey(create, known !== null, async () => (await traceOfVault(store)) !== null));
    let id = '';
    const vault = await openVault({
      store,
      masterKeys: parseMasterKeys(keyText),
      create,
      owner: this.installation(),
      ...(now === undefined ? {} : { now }),
      memory: {
        recall: async (session): Promise<SeenHead | null> => memory.vault.head(id, session),
        remember: async (session, head) => memory.vault.setHead(id, session, head),
      },
      damage: new KnownDamage(memory.facts, () => id),
    });
    id = vault.id;
    return { vault, keyText };
  }

  /** A key is made where nothing was ever encrypted with another, and nowhere else. */
  async #firstKey(mayCreate: boolean, isKnown: boolean, lookForVault: () => Promise<boolean>): Promise<string> {
    const { keyFile, location } = this.#deps.vault;
    // For a store, a folder that is not there is one that cannot be reached.
    const isNothing = !mayCreate && location.kind === 'folder' && isAbsent(location.path);
    if (isKnown || (!isNothing && (await lookForVault()))) throw keyMissing(this.#url, keyFile);
    if (!mayCreate) throw noVaultYet(this.#url);
    const text = newMasterKeyText();
    try {
      if (!makePrivateFile(keyFile, text)) return readKeyFile(keyFile) ?? text;
    } catch (error) {
      throw keyFailed(keyFile, 'written', error);
    }
    this.#deps.log.warn(
      { keyFile },
      `the key of the vault was made: copy ${keyFile} to another place now. Without it no snapshot can be read, and on this disk alone it is lost with the disk.`,
    );
    return text;
  }

  /** This data folder's name among the writers of vaults: random, made once. */
  installation(): string {
    const { memory } = this.#deps;
    const known = memory.facts.get(OWNER);
    if (known !== null) return known;
    const owner = randomBytes(8).toString('hex');
    memory.facts.set(OWNER, owner);
    return owner;
  }
}

/** The key file's text, or null when it is proven absent: unreadable is never "none". */
function readKeyFile(file: string): string | null {
  try {
    // A pipe would never end.
    if (!statSync(file).isFile()) throw new Error('it is not a regular file');
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isMissing(error)) return null;
    throw keyFailed(file, 'read', error);
  }
}

/** Whether an error says that there is no vault at all. */
function isNothing(error: unknown): boolean {
  return error instanceof LeadMasterError && ['vault_missing', 'store_unreachable'].includes(error.code);
}

function elsewhere(url: string, keyFile: string, { recorded }: Identity): LeadMasterError {
  return new LeadMasterError(
    'vault_missing',
    `The vault that the key in ${keyFile} belongs to (${[...recorded].join(', ')}) is not at ${url}`,
    'Sessions run on; no snapshot is taken. Mount its disk, or set VAULT_URL to where it is. To begin a new, empty vault with this key: "./leadmaster vault create --new".',
  );
}

function isAbsent(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) === undefined;
}

function keyMissing(url: string, file: string): LeadMasterError {
  return new LeadMasterError(
    'vault_key_missing',
    `The key of the vault at ${url} is not in ${file}`,
    'Put back the copy of the key file that was kept elsewhere, or set VAULT_KEY_FILE to where it is. The vault cannot be read without it.',
  );
}

function noVaultYet(url: string): LeadMasterError {
  return new LeadMasterError(
    'vault_missing',
    `There is no vault at ${url}, and no key for one`,
    'The service makes both at its first start: start it ("npm start"), then give the command again. If there should be one: look at VAULT_URL, and whether its disk is mounted.',
  );
}

function keyFailed(file: string, what: string, cause: unknown): LeadMasterError {
  return new LeadMasterError(
    'storage_failed',
    `The vault's key file ${file} cannot be ${what}: ${errorText(cause)}`,
    'Fix the file or its folder, or set VAULT_KEY_FILE to another place.',
    { cause },
  );
}
