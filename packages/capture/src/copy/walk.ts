import { type BigIntStats, type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureKind } from '../capture.ts';
import { classify, mayHold, type StorageClass } from '../classify.ts';
import { SETTLED_MS, type Way, wayOf } from '../copying.ts';

/** Something in a profile that belongs into a copy. */
export interface Found {
  /** Below the profile, `/`-separated. */
  path: string;
  kind: 'directory' | 'symlink' | 'file';
  /** How a file is copied. */
  way: Way;
  stat: BigIntStats;
  /** It has not been written to for `SETTLED_MS`. */
  settled: boolean;
}

/** The coarsest clock that a file system takes its times from: within it something may change without its time changing. */
export const CLOCK_MS = 2000;

const CLASSES: Record<CaptureKind, readonly StorageClass[]> = {
  essential: ['critical', 'important'],
  full: ['critical', 'important', 'optional'],
};

/** A folder as it was listed. */
interface Listing {
  mtimeNs: bigint;
  /** Whether any change since then shows in the folder's time. */
  sure: boolean;
  found: readonly Found[];
}

/** Looks through one profile, several times, and remembers what it saw: the freeze has no time for thousands of files. */
export class Walker {
  readonly #profile: string;
  readonly #classes: readonly StorageClass[];
  /** By path; null for what stays out. */
  readonly #ways = new Map<string, Way | null>();
  readonly #listings = new Map<string, Listing>();

  constructor(profileDir: string, kind: CaptureKind) {
    this.#profile = profileDir;
    this.#classes = CLASSES[kind];
  }

  /**
   * What the copy holds, folders before what is in them. Links are not followed; sockets, pipes and devices are left
   * out. What vanishes while we look (a browser that runs removes files all the time) was not there.
   *
   * @throws The system's error when the profile itself, or anything that is there, cannot be read.
   */
  walk(): Found[] {
    return this.#look('', lstatSync(this.#profile, { bigint: true }), false);
  }

  /**
   * The same, without listing again a folder whose time is still the same, and without looking again at a file in it
   * that had long been left alone. Such a file might have been written to since: that shows when the links are settled.
   */
  walkAgain(): Found[] {
    return this.#look('', lstatSync(this.#profile, { bigint: true }), true);
  }

  #look(folder: string, stat: BigIntStats, again: boolean): Found[] {
    const known = again ? this.#listings.get(folder) : undefined;
    const isSame = known?.sure === true && known.mtimeNs === stat.mtimeNs;
    const found = isSame ? known.found.flatMap((one) => this.#refreshed(one)) : this.#list(folder, stat);
    return found.flatMap((one) => (one.kind === 'directory' ? [one, ...this.#look(one.path, one.stat, again)] : [one]));
  }

  #list(folder: string, { mtimeNs }: BigIntStats): Found[] {
    const sure = isOlder(mtimeNs, CLOCK_MS);
    const found = (ifThere(() => list(join(this.#profile, folder))) ?? []).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const way = this.#wayOf(path, entry.isDirectory());
      return way === null ? [] : this.#describe(path, way);
    });
    this.#listings.set(folder, { mtimeNs, sure, found });
    return found;
  }

  #refreshed(one: Found): Found[] {
    const isQuiet = one.kind === 'file' && (one.way === 'immutable' || one.way === 'settling') && one.settled;
    return isQuiet ? [one] : this.#describe(one.path, one.way);
  }

  #describe(path: string, way: Way): Found[] {
    const stat = ifThere(() => lstatSync(`${this.#profile}/${path}`, { bigint: true }));
    const kind = stat === null ? null : kindOf(stat);
    return stat === null || kind === null
      ? []
      : [{ path, kind, way, stat, settled: isOlder(stat.mtimeNs, SETTLED_MS) }];
  }

  #wayOf(path: string, isFolder: boolean): Way | null {
    let way = this.#ways.get(path);
    if (way !== undefined) return way;
    const wanted = isFolder ? mayHold(path, this.#classes) : this.#classes.includes(classify(path).class);
    way = wanted ? wayOf(path) : null;
    if (way === 'skipped') way = null;
    this.#ways.set(path, way);
    return way;
  }
}

/** Whether a time of the file system is that long ago. */
function isOlder(mtimeNs: bigint, ms: number): boolean {
  return Date.now() - Number(mtimeNs / 1_000_000n) > ms;
}

function list(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true });
}

function kindOf(stat: BigIntStats): Found['kind'] | null {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'directory';
  return stat.isSymbolicLink() ? 'symlink' : null;
}

/** What a call answers, or null when nothing has that name. */
export function ifThere<T>(call: () => T): T | null {
  try {
    return call();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
