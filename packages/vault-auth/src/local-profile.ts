import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { checkLoginStores, mendLoginStores } from '@leadmaster/capture';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { browsersOn } from '@leadmaster/capture/processes';
import { LeadMasterError } from '@leadmaster/protocol';

/** What is remembered beside a profile. */
interface Note {
  /** The last login ended then: a snapshot from before is of no use to a new start. */
  unlinkedAt: string | null;
  /** The profile still lies in place, and goes to trash before the next browser. */
  isEnded: boolean;
}

const NOTHING: Note = { unlinkedAt: null, isEnded: false };

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

  /**
   * Whether a login is there. Only what is proven absent is absent.
   *
   * @throws LeadMasterError `login_damaged` for one that a browser would lose, and the system's error for what cannot be read.
   */
  async holdsLogin(): Promise<boolean> {
    const found = await Promise.all(Object.values(LOGIN_STORES).map((store) => exists(join(this.dir, store))));
    if (found.every((there) => !there)) return false;
    const { ok, checks } = checkLoginStores(this.dir);
    if (ok) return true;
    const broken = checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
    throw new LeadMasterError(
      'login_damaged',
      `The login in ${this.dir} is damaged: ${broken.join('; ')}`,
      'No browser was started and nothing was changed. Move the folder away to start from the newest snapshot of the vault.',
    );
  }

  /** Refuses a second browser, and cuts off what a power cut tore: Chromium would write on behind it. */
  prepare(): void {
    const [browser] = browsersOn(this.dir);
    if (browser !== undefined) {
      throw new LeadMasterError(
        'profile_in_use',
        `The profile ${this.dir} is open in a browser (pid ${browser.pid})`,
        'A login runs in one browser only: end that one first.',
      );
    }
    mendLoginStores(this.dir);
  }

  async make(): Promise<void> {
    await mkdir(this.dir, { recursive: true, mode: 0o700 });
  }

  /** A place beside the profile that is free, on the same file system. */
  async stagingPath(what: string): Promise<string> {
    const folder = join(this.#dataPath, 'staging');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return join(folder, `${this.#name}-${what}-${process.pid}-${Date.now()}`);
  }

  /** Puts a whole profile in place, durably. There must be none, or one without a login. */
  async swapIn(staged: string): Promise<void> {
    await this.setAside('replaced');
    await rename(staged, this.dir);
    await syncFolder(this.#dataPath);
  }

  /** Moves the profile to trash: nothing is deleted. */
  async setAside(why: string): Promise<void> {
    if (!(await exists(this.dir))) return;
    const trash = join(this.#dataPath, 'trash');
    await mkdir(trash, { recursive: true, mode: 0o700 });
    await rename(this.dir, join(trash, `${this.#name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}-${why}`));
    await syncFolder(trash);
    await syncFolder(this.#dataPath);
  }

  /** Removes what a process that died has left of copies. */
  async sweep(): Promise<void> {
    const folder = join(this.#dataPath, 'staging');
    const names = (await exists(folder)) ? await readdir(folder) : [];
    for (const name of names) {
      if (name.startsWith(`${this.#name}-`)) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  async note(): Promise<Note> {
    try {
      return { ...NOTHING, ...(JSON.parse(await readFile(this.#noteFile, 'utf8')) as Partial<Note>) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING;
      throw error;
    }
  }

  async writeNote(note: Note): Promise<void> {
    await mkdir(dirname(this.#noteFile), { recursive: true, mode: 0o700 });
    const draft = `${this.#noteFile}.tmp`;
    await writeFile(draft, `${JSON.stringify(note)}\n`, { mode: 0o600, flush: true });
    await rename(draft, this.#noteFile);
    await syncFolder(this.#dataPath);
  }

  get #noteFile(): string {
    return join(this.#dataPath, `${this.#name}.json`);
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    },
  );
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
