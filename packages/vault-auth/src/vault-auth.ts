import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CaptureKind, captureProfile, checkStructureAside } from '@leadmaster/capture';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { flushLocalStorage } from '@leadmaster/capture/flush';
import { identify, type ProcessIdentity } from '@leadmaster/capture/processes';
import { isSessionName, LeadMasterError, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { parseRetention, type RetentionPolicy, type SnapshotInfo, type Vault } from '@leadmaster/vault';
import wwebjs, { type Client, type ClientOptions } from 'whatsapp-web.js';
import type { VaultAuthEvent } from './events.ts';
import { LocalProfile } from './local-profile.ts';
import { Periodic } from './periodic.ts';
import { openPlace, type VaultPlace } from './vault-place.ts';

export interface VaultAuthOptions {
  /** Names the session in the vault and its folder: lower-case letters, digits, `_` and `-`. */
  clientId: string;
  vault: VaultPlace;
  /** Where profiles lie; `./.wwebjs_vault` when not given. */
  dataPath?: string;
  /** Between two snapshots; six hours when not given. */
  everyMs?: number;
  /** `essential` (login and history), or `full` (cached media too). */
  kind?: CaptureKind;
  /** Which snapshots stay: `last=7,daily=7,weekly=4,monthly=6` when not given. */
  keep?: string;
  onEvent?: (event: VaultAuthEvent) => void;
}

/** What the library's typings do not mention: an AuthStrategy sets the profile there. */
type ClientWithOptions = Client & { options: ClientOptions };

const SIX_HOURS_MS = 6 * 3600_000;
/** After READY the page still loads; a login that is a minute old is soon enough in the vault. */
const FIRST_MS = 5_000;
/** A fresh login's localStorage reaches the disk after a second with the flag that we set, after a minute at worst. */
const FLUSH_MS = 90_000;
const FLUSH_FLAG = '--enable-aggressive-domstorage-flushing';

/**
 * An AuthStrategy for whatsapp-web.js that keeps a history of encrypted, verified snapshots in a vault, taken while the
 * session runs. A login on this machine is always used as it is; only where there is provably none does the newest
 * snapshot come back. Whatever cannot be read, here or in the vault, is an error and never "no session".
 */
export class VaultAuth extends wwebjs.NoAuth {
  readonly #options: VaultAuthOptions;
  readonly #profile: LocalProfile;
  readonly #keep: RetentionPolicy;
  readonly #periodic: Periodic;
  #client: ClientWithOptions | null = null;
  #vault: Promise<Vault> | null = null;
  /** READY was seen: what is saved from here on is a login. */
  #isLinked = false;
  /** The login of the browser that runs has ended: what is linked in it from now on reaches no disk (WhatsApp's page does so). */
  #isEnded = false;

  constructor(options: VaultAuthOptions) {
    super();
    if (!isSessionName(options.clientId)) {
      const detail = `${JSON.stringify(options.clientId)} is no clientId for a vault`;
      throw new LeadMasterError('invalid_session_name', detail, `Choose another: ${SESSION_NAME_RULE}.`);
    }
    this.#options = options;
    this.#profile = new LocalProfile(resolve(options.dataPath ?? '.wwebjs_vault'), options.clientId);
    this.#keep = parseRetention(options.keep ?? 'last=7,daily=7,weekly=4,monthly=6');
    this.#periodic = new Periodic(
      () => this.save(),
      (error) => this.#tell({ type: 'save_failed', error }),
    );
    this.setup = (client) => {
      this.#client = client as ClientWithOptions;
    };
    this.beforeBrowserInitialized = () => this.#beforeBrowser();
    this.onAuthenticationNeeded = () => this.#onQrNeeded();
    this.afterAuthReady = async () => this.#onReady();
    this.disconnect = async () => this.#periodic.stop();
    this.logout = () => this.#onLogout();
    this.destroy = () => this.#onDestroyed();
  }

  /** The Chromium user-data-dir. */
  get profileDir(): string {
    return this.#profile.dir;
  }

  /**
   * Takes a snapshot now, the browser running or not. Durable when it resolves; calls take turns.
   *
   * @throws LeadMasterError `nothing_to_snapshot` before the first READY, `capture_failed`, or whatever the vault says.
   */
  save(): Promise<SnapshotInfo> {
    return this.#periodic.alone(() => this.#save());
  }

  async #beforeBrowser(): Promise<void> {
    const client = this.#required();
    // After an unlink the library calls this again under the browser that lives: nothing may be moved then.
    if (client.pupBrowser?.isConnected() !== true) await this.#prepareProfile();
    const { puppeteer = {} } = client.options;
    const args = [...(puppeteer.args ?? []).filter((arg: string) => arg !== FLUSH_FLAG), FLUSH_FLAG];
    client.options.puppeteer = { ...puppeteer, args, userDataDir: this.#profile.dir };
  }

  async #prepareProfile(): Promise<void> {
    const profile = this.#profile;
    await profile.sweep();
    const note = await profile.note();
    if (note.isEnded) {
      await profile.setAside('unlinked');
      await profile.writeNote({ ...note, isEnded: false });
    }
    this.#isEnded = false;
    if (!(await profile.holdsLogin())) await this.#restoreNewest(note.unlinkedAt);
    await profile.make();
    profile.prepare();
  }

  /** Where the vault cannot be asked, this throws, and no QR is shown over a login that may be there. */
  async #restoreNewest(unlinkedAt: string | null): Promise<void> {
    const vault = await this.#open();
    const { clientId } = this.#options;
    if (!(await vault.sessions()).includes(clientId)) return;
    const snapshot = (await vault.list(clientId)).snapshots.at(-1);
    if (snapshot === undefined || (unlinkedAt !== null && snapshot.at <= unlinkedAt)) return;
    const staged = await this.#profile.stagingPath('restore');
    try {
      await vault.restore(clientId, snapshot.id, staged);
      const { ok, checks } = await checkStructureAside(staged, { requireLogin: true });
      if (!ok) {
        const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
        throw new LeadMasterError('snapshot_damaged', `Snapshot ${snapshot.id} is not whole: ${broken.join('; ')}`, '');
      }
      await this.#profile.swapIn(staged);
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
    this.#isLinked = true;
    this.#tell({ type: 'restored', snapshot });
  }

  /** WhatsApp wants a QR. Over a login that was one, it says that the phone has unlinked it: then from a fresh profile. */
  async #onQrNeeded(): Promise<{ failed: boolean; restart: boolean; failureEventPayload: string | undefined }> {
    if (!this.#isLinked && (await this.#isFresh())) {
      return { failed: false, restart: false, failureEventPayload: undefined };
    }
    await this.#ended('unlinked while it was off');
    return { failed: true, restart: true, failureEventPayload: 'The phone has unlinked this session.' };
  }

  /** Whether nobody was ever linked in this profile: no snapshot of it, and none was ended in it. */
  async #isFresh(): Promise<boolean> {
    const vault = await this.#open();
    const { clientId } = this.#options;
    const { unlinkedAt } = await this.#profile.note();
    if (!(await vault.sessions()).includes(clientId)) return true;
    const newest = (await vault.list(clientId)).snapshots.at(-1);
    return newest === undefined || (unlinkedAt !== null && newest.at <= unlinkedAt);
  }

  #onReady(): void {
    if (this.#isEnded) {
      const detail = 'The account was linked again in the browser whose login had ended; such a login is not kept';
      const hint =
        'On "disconnected", end the client and begin anew: await client.destroy(); await client.initialize().';
      this.#tell({ type: 'save_failed', error: new LeadMasterError('wrong_state', detail, hint) });
      return;
    }
    this.#isLinked = true;
    this.#periodic.start(FIRST_MS, this.#options.everyMs ?? SIX_HOURS_MS);
  }

  async #onLogout(): Promise<void> {
    await this.#ended('logged out');
    if (this.#client?.pupBrowser?.isConnected() !== true) await this.#prepareEnded();
  }

  async #prepareEnded(): Promise<void> {
    const note = await this.#profile.note();
    await this.#profile.setAside('logged-out');
    await this.#profile.writeNote({ ...note, isEnded: false });
  }

  async #ended(reason: string): Promise<void> {
    await this.#periodic.stop();
    this.#isLinked = false;
    this.#isEnded = true;
    await this.#profile.writeNote({ unlinkedAt: new Date().toISOString(), isEnded: true });
    this.#tell({ type: 'unlinked', reason });
  }

  /** The library has closed the browser: the last snapshot is of a profile that stands still. */
  async #onDestroyed(): Promise<void> {
    await this.#periodic.stop();
    if (!this.#isLinked) return;
    try {
      await this.save();
    } catch (error) {
      this.#tell({ type: 'save_failed', error });
    }
  }

  async #save(): Promise<SnapshotInfo> {
    if (!this.#isLinked) {
      throw new LeadMasterError('nothing_to_snapshot', 'No login is known yet', 'Save after the first "ready".');
    }
    const { clientId, kind = 'essential' } = this.#options;
    const vault = await this.#open();
    const browser = this.#browser();
    if (browser !== null) await this.#flush();
    await using capture = await captureProfile({
      profileDir: this.#profile.dir,
      stagingDir: await this.#profile.stagingPath('capture'),
      kind,
      browser,
    });
    if (!capture.structure.ok) {
      const broken = capture.structure.checks
        .filter((check) => !check.ok)
        .map(({ name, detail }) => `${name}: ${detail}`);
      throw new LeadMasterError('capture_failed', `The copy is not whole: ${broken.join('; ')}`, 'It is tried again.');
    }
    const { pauseMs, method, frozenAt } = capture;
    const extra = { pauseMs, method, frozenAt: frozenAt.toISOString() };
    const snapshot = await vault.save(clientId, capture.entries, { kind, extra });
    this.#tell({ type: 'saved', snapshot, pauseMs });
    await vault.forget(clientId, { policy: this.#keep });
    await vault.prune(clientId);
    return snapshot;
  }

  /** A login that is in the page and not yet on the disk is in no copy. */
  async #flush(): Promise<void> {
    const page = this.#required().pupPage;
    if (page === undefined) return;
    const folder = resolve(this.#profile.dir, LOGIN_STORES.localStorage);
    await flushLocalStorage(page, folder, AbortSignal.timeout(FLUSH_MS));
  }

  /** The running browser; null once it is gone. */
  #browser(): ProcessIdentity | null {
    const browser = this.#client?.pupBrowser;
    if (browser?.isConnected() !== true) return null;
    const pid = browser.process()?.pid;
    const identity = pid === undefined ? null : identify(pid);
    if (identity !== null) return identity;
    throw new LeadMasterError(
      'capture_failed',
      'The browser is not a process of this machine',
      'VaultAuth copies the profile of a browser that whatsapp-web.js has launched itself, not of one it connects to.',
    );
  }

  #open(): Promise<Vault> {
    this.#vault ??= openPlace(this.#options.vault).catch((error: unknown) => {
      this.#vault = null;
      throw error;
    });
    return this.#vault;
  }

  #required(): ClientWithOptions {
    if (this.#client === null) throw new Error('VaultAuth is used through a Client: new Client({ authStrategy })');
    return this.#client;
  }

  #tell(event: VaultAuthEvent): void {
    this.#options.onEvent?.(event);
  }
}
