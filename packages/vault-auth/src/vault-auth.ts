import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { flushLocalStorage } from '@leadmaster/capture/flush';
import type { ProcessIdentity } from '@leadmaster/capture/processes';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { SnapshotInfo } from '@leadmaster/vault';
import type { AuthStrategy, Client, ClientOptions } from 'whatsapp-web.js';
import type { VaultAuthEvent } from './events.ts';
import { History } from './history.ts';
import { LocalProfile } from './local-profile.ts';
import { readOptions, type Settings, type VaultAuthOptions } from './options.ts';
import { Periodic } from './periodic.ts';
import { RunningBrowser } from './running-browser.ts';
import { Turns } from './turns.ts';

/** What the library's typings do not mention: an AuthStrategy sets the profile there. */
type ClientWithOptions = Client & { options: ClientOptions };

/** After READY the page still loads; a login that is some seconds old is soon enough in the vault. */
const FIRST_MS = 5_000;
/** A fresh login's localStorage reaches the disk after a second with the flag that we set, after a minute at worst. */
const FLUSH_MS = 90_000;
const FLUSH_FLAG = '--enable-aggressive-domstorage-flushing';
/** How long a browser that was closed may take to end. */
const GONE_MS = 10_000;
/** Fetching or saving, a large profile and a slow line included; `destroy` waits no longer for its snapshot. */
const VAULT_MS = 15 * 60_000;

/**
 * An AuthStrategy for whatsapp-web.js that keeps a history of encrypted, verified snapshots in a vault, taken while the
 * session runs. A login on this machine is always used as it is; only where there is provably none does the newest
 * snapshot come back. What cannot be read, here or in the vault, is an error and never "no session".
 *
 * What the library calls takes turns with `save`: nothing moves under a copy, and no copy is taken under a move.
 */
export class VaultAuth implements AuthStrategy {
  /** The Chromium user-data-dir. */
  readonly profileDir: string;
  readonly #settings: Settings;
  readonly #profile: LocalProfile;
  readonly #history: History;
  readonly #periodic: Periodic;
  readonly #turns = new Turns();
  #ownClient: ClientWithOptions | null = null;
  #browser: RunningBrowser | null = null;
  /** READY was seen in this browser: what is saved now is a login. */
  #isReady = false;
  /** The login is in the browser's files, not only in the page. */
  #isFlushed = false;
  /** What is in place came from the vault at this start, and no READY has proven it. */
  #isRestored = false;

  /** @throws LeadMasterError `invalid_session_name`, or `invalid_request` for options that cannot be meant. */
  constructor(options: VaultAuthOptions) {
    this.#settings = readOptions(options);
    this.#profile = new LocalProfile(resolve(this.#settings.dataPath), options.clientId);
    this.profileDir = this.#profile.dir;
    this.#history = new History(this.#settings);
    this.#periodic = new Periodic(
      () => this.#saveByItself(),
      (error) => this.#tell({ type: 'save_failed', error }),
    );
  }

  /**
   * Takes a snapshot now. It is durable when this resolves; calls take turns.
   *
   * @throws LeadMasterError `nothing_to_snapshot` before READY, `capture_failed`, or an error of the vault.
   */
  save(): Promise<SnapshotInfo> {
    return this.#turns.run(() => this.#save());
  }

  /** A session that has ended while this waited for its turn is no failure. */
  async #saveByItself(): Promise<void> {
    await this.#turns.run(async () => {
      if (this.#isReady) await this.#save();
    });
  }

  setup(client: Client): void {
    this.#ownClient = client as ClientWithOptions;
  }

  async beforeBrowserInitialized(): Promise<void> {
    const client = this.#client;
    // After an unlink the library calls this again under the browser that lives: nothing may be moved then.
    if (!this.#isConnected) await this.#turns.run(() => this.#prepare());
    const { puppeteer = {} } = client.options;
    const args = [...(puppeteer.args ?? []).filter((arg: string) => arg !== FLUSH_FLAG), FLUSH_FLAG];
    client.options.puppeteer = { ...puppeteer, args, userDataDir: this.profileDir };
  }

  /** Before any page is loaded: an older Chromium has emptied nothing yet. */
  async afterBrowserInitialized(): Promise<void> {
    const { pupBrowser } = this.#client;
    if (pupBrowser === undefined || pupBrowser === this.#browser?.browser) return;
    try {
      this.#browser = await RunningBrowser.of(pupBrowser);
      const { chromium } = await this.#profile.note();
      this.#browser.refuseNewerProfile(chromium);
      if (this.#browser.isNewerThan(chromium)) await this.#profile.change({ chromium: this.#browser.version });
    } catch (error) {
      // The library would leave it running.
      await pupBrowser.close();
      throw error;
    }
  }

  /** WhatsApp wants a QR. In a profile that was linked, it says that the phone has unlinked it. */
  async onAuthenticationNeeded(): Promise<{ failed: false }> {
    await this.#turns.run(async () => {
      const { login } = await this.#profile.note();
      // Perhaps only this disk has lost it: the next start asks the vault, and believes it when that one is refused too.
      if (login === 'linked') await this.#end('qr', this.#isRestored);
    });
    return { failed: false };
  }

  async getAuthEventPayload(): Promise<undefined> {}

  /** The library calls it again whenever a sync ends. */
  async afterAuthReady(): Promise<void> {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#isFlushed = false;
    this.#isRestored = false;
    await this.#upkeep(() => this.#profile.change({ login: 'linked' }));
    this.#periodic.start(FIRST_MS, this.#settings.everyMs);
  }

  /** The library gives up, as on CONFLICT: no picture of that goes over good ones. */
  async disconnect(): Promise<void> {
    this.#isReady = false;
    await this.#periodic.stop();
  }

  async logout(): Promise<void> {
    this.#isReady = false;
    await this.#periodic.stop();
    await this.#upkeep(async () => {
      await this.#end('logout', true);
      if (!this.#isConnected) await this.#setEndedAside();
    });
  }

  /** The library has closed the browser: the last snapshot is of a profile that stands still. */
  async destroy(): Promise<void> {
    await this.#periodic.stop();
    await this.#saveByItself().catch((error: unknown) => this.#tell({ type: 'save_failed', error }));
    this.#isReady = false;
    await this.#upkeep(() => this.#setEndedAside());
  }

  async #prepare(): Promise<void> {
    refuseForeignBrowser(this.#client.options, this.profileDir);
    this.#profile.refuseOpen();
    this.#isReady = false;
    await this.#profile.sweep();
    await this.#setEndedAside();
    this.#isRestored = !(await this.#profile.findLogin()) && (await this.#restoreNewest());
    await this.#profile.prepare();
    // The vault may have taken its time.
    this.#profile.refuseOpen();
  }

  /** Where the vault cannot be asked, this throws, and no QR is shown over a login that may be there. */
  async #restoreNewest(): Promise<boolean> {
    const { unlinkedAt } = await this.#profile.note();
    const snapshot = await this.#history.newest(unlinkedAt);
    if (snapshot === null) return false;
    const staged = await this.#profile.stagingPath('restore');
    try {
      await this.#history.fetch(snapshot, staged, AbortSignal.timeout(VAULT_MS));
      const { chromium } = snapshot.extra;
      await this.#profile.swapIn(staged, typeof chromium === 'string' ? chromium : null);
    } finally {
      await rm(staged, { recursive: true, force: true });
    }
    this.#tell({ type: 'restored', snapshot });
    return true;
  }

  /** @param isForGood Whether no snapshot from before will ever be of use. */
  async #end(by: 'logout' | 'qr', isForGood: boolean): Promise<void> {
    const { login } = await this.#profile.note();
    // Both the page and the call that asked for it report a logout.
    if (login === 'ended' || login === 'none') return;
    const unlinkedAt = isForGood ? { unlinkedAt: new Date().toISOString() } : {};
    await this.#profile.change({ login: 'ended', ...unlinkedAt });
    this.#tell({ type: 'unlinked', by });
  }

  /** A profile whose login has ended goes to trash, and never while a process of its browser lives. */
  async #setEndedAside(): Promise<void> {
    if ((await this.#profile.note()).login !== 'ended' || !(await this.#isClosed())) return;
    await this.#profile.setAside('unlinked');
    await this.#profile.change({ login: 'none' });
  }

  async #save(): Promise<SnapshotInfo> {
    if (!this.#isReady) {
      throw new LeadMasterError('nothing_to_snapshot', 'There is no login to save yet', 'Save after "ready".');
    }
    const signal = AbortSignal.timeout(VAULT_MS);
    const browser = await this.#writer(signal);
    const profile = { profileDir: this.profileDir, stagingDir: await this.#profile.stagingPath('capture'), browser };
    const { snapshot, pauseMs } = await this.#history.save(profile, this.#browser?.version ?? null, signal);
    this.#tell({ type: 'saved', snapshot, pauseMs });
    await this.#tidy(signal);
    return snapshot;
  }

  /** Whom the copy has to stop: the browser, with the login out of its page and in its files; null once it is gone. */
  async #writer(signal: AbortSignal): Promise<ProcessIdentity | null> {
    if (this.#isConnected && this.#browser !== null) {
      await this.#flush(signal);
      return this.#browser.identity;
    }
    if (await this.#isClosed()) return null;
    throw new LeadMasterError('capture_failed', 'The browser was closed, but not all of it has ended', 'Try again.');
  }

  async #flush(signal: AbortSignal): Promise<void> {
    const page = this.#client.pupPage;
    if (this.#isFlushed || page === undefined) return;
    const folder = join(this.profileDir, LOGIN_STORES.localStorage);
    await flushLocalStorage(page, folder, AbortSignal.any([signal, AbortSignal.timeout(FLUSH_MS)]));
    this.#isFlushed = true;
  }

  /** The snapshot is safe, even if this fails. */
  async #tidy(signal: AbortSignal): Promise<void> {
    await this.#history.tidy(signal).catch((error: unknown) => this.#tell({ type: 'upkeep_failed', error }));
  }

  /** Work that the library starts and does not wait for, or whose failure must not keep it from its own. */
  async #upkeep(work: () => Promise<void>): Promise<void> {
    await this.#turns.run(work).catch((error: unknown) => this.#tell({ type: 'upkeep_failed', error }));
  }

  get #client(): ClientWithOptions {
    if (this.#ownClient !== null) return this.#ownClient;
    throw new LeadMasterError('wrong_state', 'VaultAuth has no client', 'new Client({ authStrategy }) gives it one.');
  }

  get #isConnected(): boolean {
    return this.#ownClient?.pupBrowser?.isConnected() === true;
  }

  async #isClosed(): Promise<boolean> {
    if (this.#isConnected) return false;
    return this.#browser === null || this.#browser.isGone(GONE_MS);
  }

  #tell(event: VaultAuthEvent): void {
    const { onEvent } = this.#settings;
    try {
      if (onEvent !== undefined) onEvent(event);
      else if ('error' in event) process.emitWarning(`${event.type}: ${errorText(event.error)}`, 'VaultAuth');
    } catch (error) {
      // A handler that throws is the program's affair, as with any emitter; the session's affairs continue.
      queueMicrotask(() => {
        throw error;
      });
    }
  }
}

function refuseForeignBrowser({ puppeteer = {} }: ClientOptions, profileDir: string): void {
  const { userDataDir, browserWSEndpoint, browserURL } = puppeteer;
  const isOwn = userDataDir === undefined || userDataDir === profileDir;
  if (isOwn && browserWSEndpoint === undefined && browserURL === undefined) return;
  throw new LeadMasterError(
    'invalid_request',
    'VaultAuth decides where the profile lies, and keeps it for a browser that the library launches',
    'Leave out puppeteer.userDataDir, browserWSEndpoint and browserURL; dataPath says where profiles lie.',
  );
}
