import { readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../process/index.ts';

/**
 * The files of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst), as far as freezing needs them. A group of ours is
 * called `leadmaster-freeze.<browser's pid>.<its start>.<maker's pid>.<its start>`.
 */
type Who = Pick<ProcessIdentity, 'pid' | 'startTicks'>;

/** A control group of ours, as its name tells it. */
export interface Group {
  folder: string;
  browser: Who;
  /** The process that made it, and alone freezes it. */
  maker: Who;
}

const NAME = /^leadmaster-freeze\.(\d+)\.(\d+)\.(\d+)\.(\d+)$/;

export function groupName(browser: Who, maker: Who): string {
  return `leadmaster-freeze.${browser.pid}.${browser.startTicks}.${maker.pid}.${maker.startTicks}`;
}

export function isGroupName(name: string): boolean {
  return NAME.test(name);
}

/** The groups of ours in a folder, but for those of another user: they are his to thaw. None where there is no such folder. */
export function groupsIn(parent: string): Group[] {
  return namesIn(parent).flatMap((name) => {
    const [, pid, ticks, makerPid, makerTicks] = NAME.exec(name) ?? [];
    if (pid === undefined || !isOwn(join(parent, name))) return [];
    const browser = { pid: Number(pid), startTicks: Number(ticks) };
    return [{ folder: join(parent, name), browser, maker: { pid: Number(makerPid), startTicks: Number(makerTicks) } }];
  });
}

function isOwn(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.uid === process.geteuid?.();
}

/** The folder of the group that a process is in; null where there is no cgroup v2, or no such process. */
export function folderOf(pid: number): string | null {
  const path = /^0::(\/.*)$/m.exec(textOf(`/proc/${pid}/cgroup`))?.[1];
  const mount = cgroup2Mount();
  if (path === undefined || mount === null) return null;
  if (mount.root === '/') return join(mount.point, path);
  const isBelow = path === mount.root || path.startsWith(`${mount.root}/`);
  return isBelow ? join(mount.point, path.slice(mount.root.length)) : null;
}

/** Where cgroup v2 is mounted (proc_pid_mountinfo(5)), and which part of it. */
function cgroup2Mount(): { root: string; point: string } | null {
  const line = textOf('/proc/self/mountinfo')
    .split('\n')
    .find((text) => text.includes(' - cgroup2 '));
  const [, , , root, point] = line?.split(' ') ?? [];
  return root === undefined || point === undefined ? null : { root, point };
}

/** Moves a process with all its threads; one that has ended meanwhile is no error. */
export function moveInto(folder: string, pid: number): void {
  try {
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Asks for it; `isFrozen` tells when it has come about. A group that is gone needs no thawing. */
export function setFrozen(folder: string, frozen: boolean): void {
  try {
    writeFileSync(join(folder, 'cgroup.freeze'), frozen ? '1' : '0');
  } catch (error) {
    if (frozen || !isAbsent(error)) throw error;
  }
}

/** Whether every thread in the group stands still. */
export function isFrozen(folder: string): boolean {
  return textOf(join(folder, 'cgroup.events')).includes('frozen 1');
}

/** Removes a group that has no process; any other stays. */
export function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EBUSY' && !isAbsent(error)) throw error;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isAbsent(error)) return [];
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (isAbsent(error)) return '';
    throw error;
  }
}

/** ENODEV is what the files of a removed group answer. */
function isAbsent(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'ENODEV'].includes((error as NodeJS.ErrnoException).code ?? '');
}
