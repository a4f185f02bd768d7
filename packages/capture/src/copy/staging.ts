import {
  type BigIntStats,
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { copyPrefix } from './prefix.ts';
import { readUntouched } from './untouched.ts';
import { type Found, ifThere } from './walk.ts';

/** A file up to this size is read into memory during the freeze, together up to the second; what is more is copied on the disk. */
const IN_MEMORY = 8 * 2 ** 20;
const IN_MEMORY_TOGETHER = 32 * 2 ** 20;

/** Never onto a file that is there: it might be a link to the browser's own. */
const COPY = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;

/** A file system without hard links, with too many of one file, or another one than the profile's. */
const NO_LINK = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** What the tree has of a file: a link to it, or a copy of it as it was. */
interface Held {
  linked: boolean;
  stat: BigIntStats;
}

/** A file as it was during the freeze. */
export interface Taken extends Found {
  /** Of a link. */
  target: string;
  /** False once it is known that what the tree has is not what was there at the freeze. */
  exact: boolean;
}

/**
 * The tree that becomes the copy: in it every file has its own name, and once `settle` is through it has exactly what it
 * had at the freeze; what the browser has written since is left out. Nothing in the profile is ever written to.
 */
export class Staging {
  readonly #profile: string;
  readonly #tree: string;
  readonly #held = new Map<string, Held>();
  readonly #folders = new Set<string>();
  readonly #memory = new Map<string, Buffer>();
  /** What the tree has under these names is of another file than the profile. */
  readonly #stale = new Set<string>();
  #inMemory = 0;

  constructor(profileDir: string, treeDir: string) {
    this.#profile = profileDir;
    this.#tree = treeDir;
    mkdirSync(treeDir, { mode: 0o700 });
  }

  /**
   * While the browser runs: has ready what the freeze will then only need to compare.
   *
   * @returns How much of it was new.
   */
  ahead(found: readonly Found[]): number {
    let added = 0;
    for (const one of found) {
      if (one.kind === 'directory') this.#makeFolder(one.path);
      if (one.kind !== 'file' || !canBeLinked(one) || this.#fits(one)) continue;
      // It may be gone by now.
      ifThere(() => this.#link(one));
      added += 1;
    }
    return added;
  }

  /**
   * During the freeze: everything that is still missing. Into memory as far as there is room: a change of the file system, even
   * a link or an access time, may have to wait until another program's writes are on the disk.
   */
  take(found: Found): Taken {
    if (found.kind === 'directory') this.#makeFolder(found.path);
    if (found.kind === 'file' && !(canBeLinked(found) && this.#fits(found))) {
      if (!this.#read(found)) this.#takeOnDisk(found);
    }
    const target = found.kind === 'symlink' ? readlinkSync(this.#original(found.path)) : '';
    return { ...found, target, exact: true };
  }

  /** After the freeze: makes the tree what it has to be. Links to what the browser may keep writing to become copies. */
  settle(taken: readonly Taken[]): void {
    const wanted = new Set(taken.map(({ path }) => path));
    for (const path of this.#stale) this.#remove(path);
    for (const path of this.#held.keys()) if (!wanted.has(path)) this.#remove(path);
    for (const [path, bytes] of this.#memory) writeFileSync(this.#at(path), bytes, { flag: 'wx', mode: 0o600 });
    this.#memory.clear();
    for (const one of taken) if (this.#held.get(one.path)?.linked) this.#settleLink(one);
  }

  /** What only grows is exact up to its size at the freeze. Anything else that changed meanwhile is taken as it is now. */
  #settleLink(one: Taken): void {
    const now = lstatSync(this.#at(one.path), { bigint: true });
    const hasGrown = now.size > one.stat.size;
    if (one.way === 'appended' || hasGrown) copyPrefix(this.#at(one.path), Number(one.stat.size));
    const hasChanged = now.size !== one.stat.size || now.mtimeNs !== one.stat.mtimeNs;
    const onlyGrew = one.way === 'appended' || (one.way === 'immutable' && hasGrown);
    one.exact = !hasChanged || onlyGrew;
  }

  #makeFolder(path: string): void {
    if (this.#folders.has(path)) return;
    mkdirSync(this.#at(path), { mode: 0o700 });
    this.#folders.add(path);
  }

  /** Whether what we hold is this very file, and if it is a copy, still the same. */
  #fits({ path, stat }: Found): boolean {
    const held = this.#held.get(path);
    if (held === undefined || held.stat.ino !== stat.ino || held.stat.dev !== stat.dev) return false;
    return held.linked || (held.stat.size === stat.size && held.stat.mtimeNs === stat.mtimeNs);
  }

  #link(found: Found): void {
    this.#remove(found.path);
    try {
      linkSync(this.#original(found.path), this.#at(found.path));
      // By now the name may belong to another file than the one that was found.
      this.#held.set(found.path, { linked: true, stat: lstatSync(this.#at(found.path), { bigint: true }) });
    } catch (error) {
      if (!NO_LINK.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      copyFileSync(this.#original(found.path), this.#at(found.path), COPY);
      this.#held.set(found.path, { linked: false, stat: found.stat });
    }
  }

  /** Whether the file went into memory. */
  #read({ path, stat }: Found): boolean {
    const size = Number(stat.size);
    if (size > IN_MEMORY || this.#inMemory + size > IN_MEMORY_TOGETHER) return false;
    this.#memory.set(path, readUntouched(this.#original(path)));
    this.#inMemory += size;
    if (this.#held.has(path)) this.#stale.add(path);
    return true;
  }

  #takeOnDisk(found: Found): void {
    if (canBeLinked(found)) this.#link(found);
    else {
      this.#remove(found.path);
      copyFileSync(this.#original(found.path), this.#at(found.path), COPY);
    }
  }

  #remove(path: string): void {
    if (this.#held.delete(path)) rmSync(this.#at(path), { force: true });
  }

  #original(path: string): string {
    return `${this.#profile}/${path}`;
  }

  #at(path: string): string {
    return `${this.#tree}/${path}`;
  }
}

function canBeLinked({ way, settled }: Found): boolean {
  if (way === 'settling') return settled;
  return way === 'immutable' || way === 'appended' || way === 'replaced';
}
