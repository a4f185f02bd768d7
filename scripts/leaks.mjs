import {
  accessSync,
  chmodSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SETTLE_MS = 5000;

/** Where files are in memory: tests flush to disk all the time, and wait for nothing longer. */
const IN_MEMORY = '/dev/shm';
/** What a run of all tests needs there at most, with its browsers beside it. */
const ROOM = { disk: 3 * 2 ** 30, memory: 6 * 2 ** 30 };

/**
 * Chromium leaves its socket's folder when it is killed outright, which is what some tests do to it; npm keeps what it
 * has compiled.
 */
const NOT_OURS = /^\.?(org\.chromium\.|com\.google\.|node-compile-cache$)/;

/**
 * What a run of tests leaves behind. Everything it starts inherits a mark in its environment and a temporary folder of
 * its own, so leftovers are told from everything else on this machine; a port lives no longer than its process.
 */
export class LeakWatch {
  constructor() {
    this.mark = `${process.pid}-${Date.now()}`;
    // Short: the path of a Unix socket has 107 characters in all.
    this.folder = inMemory() ?? mkdtempSync('/tmp/lm-');
    // As /tmp itself: some tests run something as another user.
    chmodSync(this.folder, 0o1777);
    this.quick = this.folder.startsWith(`${IN_MEMORY}/`) ? this.folder : smallInMemory();
    this.env = { LEADMASTER_TEST_RUN: this.mark, TMPDIR: this.folder, LEADMASTER_TEST_MEMORY: this.quick };
  }

  /** Lists leftovers, ends what still runs, removes the folder. */
  async close() {
    const until = Date.now() + SETTLE_MS;
    // Processes that are just ending are none that were left.
    while (this.#processes().length > 0 && Date.now() < until) await sleep(100);
    const processes = this.#processes();
    for (const { pid } of processes) kill(pid);
    const left = processes.map(({ pid, command }) => `process ${pid}: ${command.slice(0, 200)}`);
    for (const folder of new Set([this.folder, this.quick].filter((each) => each !== ''))) {
      const files = readdirSync(folder).filter((name) => !NOT_OURS.test(name));
      left.push(...files.map((name) => `temporary folder ${join(folder, name)}`));
      rmSync(folder, { recursive: true, force: true });
    }
    return left;
  }

  #processes() {
    return numbers('/proc')
      .filter((pid) => pid !== process.pid && this.#isMarked(pid))
      .map((pid) => ({ pid, command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
      .filter(({ command }) => command !== ''); // A zombie is dead.
  }

  #isMarked(pid) {
    return (
      read(`/proc/${pid}/environ`).includes(`LEADMASTER_TEST_RUN=${this.mark}`) ||
      read(`/proc/${pid}/cmdline`).includes(`${this.folder}/`)
    );
  }
}

/** A new folder in memory; null where there is too little of it, or where programs cannot be run from it. */
function inMemory() {
  const free = roomOf(IN_MEMORY);
  if (free < ROOM.disk || freemem() < ROOM.memory) return null;
  const folder = mkdtempSync(join(IN_MEMORY, 'lm-'));
  if (mayRunFrom(folder)) return folder;
  rmSync(folder, { recursive: true });
  return null;
}

/** A new folder in memory for what is small, though all temporary files have no room there; empty text where there is none. */
function smallInMemory() {
  try {
    return mkdtempSync(join(IN_MEMORY, 'lm-'));
  } catch {
    return '';
  }
}

/** Free bytes of a file system; none where there is no such folder. */
function roomOf(folder) {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

function mayRunFrom(folder) {
  const program = join(folder, 'program');
  writeFileSync(program, '', { mode: 0o700 });
  try {
    accessSync(program, constants.X_OK);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(program);
  }
}

function numbers(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return []; // No /proc: leftover processes cannot be told here.
  }
}

function read(file) {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function kill(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}
