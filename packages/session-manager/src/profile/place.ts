import {
  chmodSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { PlaceSeen } from '@leadmaster/protocol';
import { errorCode, syncPath } from '@leadmaster/service-kit/files';
import { z } from 'zod';

/**
 * Where a data folder is, by what a rename keeps and no copy does: the inode and the time of birth of one file in it. That
 * file is recreated at each start and stop and every hour, so an older state of the folder that was put back into the
 * folder itself remembers a file that is no longer there, whether files are overwritten, replaced by a rename or recreated. The
 * boot, the device's number, the machine's name and id change while the folder stays, and decide nothing.
 */
const markSchema = z.object({ inode: z.string(), birth: z.string() });
type Mark = z.infer<typeof markSchema>;

const factsSchema = z.object({
  /** The marker's inode and time of birth in nanoseconds; null where they tell nothing of a copy. */
  mark: markSchema.nullable(),
  /** Of the marker that it was made in the stead of: a crash leaves either. Null where there was none. */
  earlier: markSchema.nullable().default(null),
  /** Of the data folder itself: what hard links are made of shares the marker, and never that. Null as above. */
  folder: markSchema.nullable().default(null),
  /** The file system's UUID; null where it cannot be read. */
  uuid: z.string().nullable(),
  /** The machine's UUID by its firmware; null where it cannot be read. It never decides. */
  machine: z.string().nullable(),
  seen: z.object({ path: z.string(), host: z.string(), since: z.iso.datetime() }),
});
export type PlaceFacts = z.infer<typeof factsSchema>;

/** What is asked of the machine; tests play what cannot be made to happen. */
export interface PlaceProbe {
  /** Of the marker or the folder: inode, birth, last change and names; null when there is none. */
  stat(path: string): { inode: bigint; birth: bigint; change: bigint; links: bigint } | null;
  /** The number of the file system's type. */
  type(folder: string): bigint;
  uuid(folder: string): string | null;
  machine(): string | null;
}

/**
 * Linux file systems whose inodes survive a remount and that keep a time of birth (magic numbers of statfs(2)): ext4, XFS,
 * Btrfs, F2FS, ZFS, bcachefs, tmpfs. FUSE, 9p, virtiofs, overlay and those of a network make inodes up.
 */
const LASTING: ReadonlySet<bigint> = new Set([
  0xef53n,
  0x58465342n,
  0x9123683en,
  0xf2f52010n,
  0x2fc12fc1n,
  0xca451a4en,
  0x01021994n,
]);

const MARKER_TEXT = `LeadMaster knows this data folder by this file: by its inode and its time of birth, which a copy does not have.
It is recreated at each start. Leave it where it is. After a move to another disk: ./leadmaster place accept --origin-retired
`;

/** A clock of the kernel moves in steps of a few milliseconds. */
const TICK_MS = 12;
const TICKS = 4;

export const thisProbe: PlaceProbe = {
  stat(path) {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false });
    return found === undefined
      ? null
      : { inode: found.ino, birth: found.birthtimeNs, change: found.ctimeNs, links: found.nlink };
  },
  type: (folder) => BigInt.asUintN(32, statfsSync(folder, { bigint: true }).type),
  uuid: fileSystemUuid,
  machine: () => textOrNull('/sys/class/dmi/id/product_uuid'),
};

/** What a data folder may be, or lie on, whose place has changed. */
export const PLACE_CHANGED = 'is a copy, lies on another disk, or was put back from a backup';

/** How a place stands to the one that is remembered. `unknown`: one of them does not tell. */
export type PlaceVerdict = 'first' | 'same' | 'changed' | 'unknown';

/** What is found of a data folder. `isShared`: its marker has other names, as hard links give it. */
export interface PlaceLook {
  facts: PlaceFacts;
  isMarked: boolean;
  isShared: boolean;
}

/** Compares what is remembered with what is found; `found` of a folder without the marker has none (`isMarked`). */
export function comparePlaces(known: PlaceFacts | null, { facts: found, isMarked, isShared }: PlaceLook): PlaceVerdict {
  if (known === null) return 'first';
  // It is written and durable before it is remembered: where it is not there, these are not all of the folder's files.
  if (!isMarked) return known.mark === null ? 'unknown' : 'changed';
  if (known.mark === null || found.mark === null) return 'unknown';
  const isSameDisk = known.uuid !== null && known.uuid === found.uuid;
  if (known.uuid !== null && found.uuid !== null && !isSameDisk) return 'changed';
  // A file system that was made smaller gives its files other inodes, and keeps their birth.
  const isIt = (mark: Mark | null, here: Mark) =>
    mark?.birth === here.birth && (mark.inode === here.inode || isSameDisk);
  if (!isIt(known.mark, found.mark) && !isIt(known.earlier, found.mark)) return 'changed';
  // A backup of hard links leaves a marker with two names on both sides: the folder tells which this is. With one name its
  // files were moved into another folder, and there is no second one.
  const isOtherFolder = known.folder !== null && found.folder !== null && !isIt(known.folder, found.folder);
  return isShared && isOtherFolder ? 'changed' : 'same';
}

/** Looks at a data folder and changes nothing. Never throws: what cannot be read tells nothing. */
export function lookAtPlace(
  { root, placeMarker }: { root: string; placeMarker: string },
  probe: PlaceProbe,
  now: Date,
): PlaceLook {
  const stat = orNull(() => probe.stat(placeMarker));
  const folderStat = orNull(() => probe.stat(root));
  const isLasting = orNull(() => LASTING.has(probe.type(root))) === true;
  // Where a birth is not kept, the last change is used instead. Of a copy that was just made they may be equal.
  const keepsBirths = [stat, folderStat].some((one) => one !== null && one.birth !== one.change);
  const mark = stat === null || stat.birth <= 0n || !isLasting || !keepsBirths ? null : markOf(stat);
  const facts = {
    folder: mark === null || folderStat === null || folderStat.birth <= 0n ? null : markOf(folderStat),
    ...{ mark, earlier: null, uuid: orNull(() => probe.uuid(root)), machine: orNull(() => probe.machine()) },
    seen: { path: root, host: hostname(), since: now.toISOString() },
  };
  // Whether it is there says something only where the rest would.
  const isMarked = stat !== null || !isLasting || !isAbsent(placeMarker, probe);
  return { facts, isMarked, isShared: stat !== null && stat.links > 1n };
}

/**
 * Writes the marker where there is none, and sees to it that its last change is not its birth: where it stays so, there is
 * no time of birth. Takes milliseconds.
 */
export function markPlace(placeMarker: string, probe: PlaceProbe, wait: (ms: number) => void = pause): void {
  if (isAbsent(placeMarker, probe)) writeFileSync(placeMarker, MARKER_TEXT, { mode: 0o600, flag: 'wx', flush: true });
  for (let tick = 0; tick < TICKS; tick += 1) {
    const stat = probe.stat(placeMarker);
    if (stat === null || stat.birth !== stat.change) return;
    wait(TICK_MS);
    chmodSync(placeMarker, 0o600);
  }
}

/**
 * Puts a new marker in the place of the one that is there. `remember` makes its mark durable, beside the previous one, and
 * throws where it cannot: all is then as it was. Nothing is done where a mark does not tell a copy.
 */
export function renewMarker(
  { root, placeMarker }: { root: string; placeMarker: string },
  probe: PlaceProbe,
  remember: (mark: Mark) => void,
): void {
  const fresh = `${placeMarker}.new`;
  try {
    rmSync(fresh, { force: true });
    markPlace(fresh, probe);
    const { mark } = lookAtPlace({ root, placeMarker: fresh }, probe, new Date()).facts;
    if (mark === null) return;
    remember(mark);
    renameSync(fresh, placeMarker);
    // Before the next renewal, which forgets the marker that a power cut would bring back.
    syncPath(root);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** What was remembered; null where nothing was, or nothing that this version can read. */
export function parsePlace(text: string | null): PlaceFacts | null {
  if (text === null) return null;
  const parsed = factsSchema.safeParse(orNull(() => JSON.parse(text) as unknown));
  return parsed.success ? parsed.data : null;
}

/** A place that was left, beside the one that it was left for. */
export function placeWords({ path, host }: PlaceSeen): string {
  return `${path} on ${host}`;
}

function markOf({ inode, birth }: NonNullable<ReturnType<PlaceProbe['stat']>>): Mark {
  return { inode: String(inode), birth: String(birth) };
}

function isAbsent(path: string, probe: PlaceProbe): boolean {
  try {
    return probe.stat(path) === null;
  } catch (error) {
    return errorCode(error) === 'ENOENT';
  }
}

/** By the names that udev gives to disks; a machine without them has none. */
function fileSystemUuid(folder: string): string | null {
  const { dev } = statSync(folder, { bigint: true });
  const names = '/dev/disk/by-uuid';
  return readdirSync(names).find((name) => statSync(join(names, name), { bigint: true }).rdev === dev) ?? null;
}

function textOrNull(path: string): string | null {
  const text = readFileSync(path, 'utf8').trim().toLowerCase();
  return text === '' ? null : text;
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
