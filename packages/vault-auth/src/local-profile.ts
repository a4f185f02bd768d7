import { statSync } from 'node:fs';
import { mkdir, readdir, readlink, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { checkLoginStores, repairLoginStores } from '@leadmaster/capture';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { browsersOn } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';
import { exists, syncFolder } from './files.ts';
import { type Note, readNote, writeNote } from './note.ts';

/** A Chromium profile on this machine, `<dataPath>/<clientId>`; its note, staging and trash lie beside it. */
export class LocalProfile {
  readonly dir: string;
  readonly #dataPath: string;
  readonly #name: string;

  constructor(dataPath: string, name: string) {
    this.#dataPath = dataPath;
    this.#name = name;
    this.dir = join(dataPath, name);
  }

  /** @throws LeadMasterError `profile_in_use` while any browser of this machine has it open. */
  refuseOpen(): void {
    const [browser] = browsersOn(this.dir);
    if (browser === undefined) return;
    throw new LeadMasterError(
      'profile_in_use',
      `The profile ${this.dir} is open in a browser (pid ${browser.pid})`,
      'A login runs in one browser only: end that one first. Nothing was changed.',
    );
  }

  /**
   * Whether a login is here. Only what is proven absent is absent; leftovers of a start without a link go
   * to trash.
   *
   * @throws LeadMasterError `login_damaged` for one that a browser would lose, `login_missing` where a link leads nowhere, and the
   * system's error for what cannot be read.
   */
  async findLogin(): Promise<boolean> {
    await this.#refuseMissingDisk();
    const stores = await Promise.all(Object.values(LOGIN_STORES).map((store) => exists(join(this.dir, store))));
    if (!stores.includes(true)) return false;
    const { ok, checks } = checkLoginStores(this.dir);
    if (ok) return true;
    if ((await this.note()).login === 'none') {
      await this.setAside('never-linked');
      return false;
    }
    const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
    throw new LeadMasterError(
      'login_damaged',
      `The login in ${this.dir} is damaged: ${broken.join('; ')}`,
      'No browser was started and nothing was changed. Move the folder away to start from the newest snapshot of the vault.',
    );
  }

  /** A link that leads nowhere is a disk that is not mounted, and no proof that there is no login. */
  async #refuseMissingDisk(): Promise<void> {
    if (!(await exists(this.dir)) || statSync(this.dir, { throwIfNoEntry: false }) !== undefined) return;
    throw new LeadMasterError(
      'login_missing',
      `${this.dir} is a symbolic link to ${await readlink(this.dir)}, which is not there`,
      'Mount its disk, or put the folder back. To start without that login, remove the link.',
    );
  }

  /** Ready for a browser: there, and without what a power cut has torn, since Chromium would write on behind it. */
  async prepare(): Promise<void> {
    if (await exists(this.dir)) {
      repairLoginStores(this.dir);
      return;
    }
    await this.change({ login: 'none', chromium: null });
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
  }

  /** A place beside the profile that is free, on the same file system. */
  async stagingPath(what: string): Promise<string> {
    await mkdir(this.#staging, { recursive: true, mode: 0o700 });
    return join(this.#staging, `${this.#name}.${what}-${Date.now()}`);
  }

  /** Removes what a process that died has left of copies. */
  async sweep(): Promise<void> {
    const names = (await exists(this.#staging)) ? await readdir(this.#staging) : [];
    for (const name of names.filter((one) => one.startsWith(`${this.#name}.`))) {
      await rm(join(this.#staging, name), { recursive: true, force: true });
    }
  }

  /** Puts a whole profile in place, durably; what was there goes to trash. */
  async swapIn(staged: string, chromium: string | null): Promise<void> {
    await this.setAside('replaced');
    await this.change({ login: 'linked', chromium });
    await rename(staged, this.dir);
    await syncFolder(this.#dataPath);
  }

  /** Moves the profile to trash: nothing is deleted. */
  async setAside(why: string): Promise<void> {
    if (!(await exists(this.dir))) return;
    const trash = join(this.#dataPath, 'trash');
    await mkdir(trash, { recursive: true, mode: 0o700 });
    await rename(this.dir, join(trash, `${this.#name}.${new Date().toISOString().replaceAll(':', '-')}.${why}`));
    await syncFolder(trash);
    await syncFolder(this.#dataPath);
  }

  note(): Promise<Note> {
    return readNote(this.#noteFile);
  }

  async change(change: Partial<Note>): Promise<void> {
    await writeNote(this.#noteFile, { ...(await this.note()), ...change });
  }

  get #noteFile(): string {
    return join(this.#dataPath, `${this.#name}.json`);
  }

  get #staging(): string {
    return join(this.#dataPath, 'staging');
  }
}
