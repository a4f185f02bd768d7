import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SETTLE_MS = 5000;

/**
 * Chromium leaves its socket's folder when it is killed outright, which is what some tests do to it; npm keeps what it
 * has compiled.
 */
const NOT_OURS = /^\.?(org\.chromium\.|com\.google\.|node-compile-cache$)/;

/**
 * What a run of tests leaves behind. Everything it starts inherits a mark in its environment and a temporary folder of
 * its own, so leftovers are told from whatever else happens on this machine; a port lives no longer than its process.
 */
export class LeakWatch {
  constructor() {
    this.mark = `${process.pid}-${Date.now()}`;
    // Short: the path of a Unix socket has 107 characters in all.
    this.folder = mkdtempSync('/tmp/lm-');
    // As /tmp itself: some tests run something as another user.
    chmodSync(this.folder, 0o1777);
    this.env = { LEADMASTER_TEST_RUN: this.mark, TMPDIR: this.folder };
  }

  /** Lists leftovers, ends what still runs, removes the folder. */
  async close() {
    const until = Date.now() + SETTLE_MS;
    // Processes that are just ending are none that were left.
    while (this.#processes().length > 0 && Date.now() < until) await sleep(100);
    const processes = this.#processes();
    for (const { pid } of processes) kill(pid);
    const left = processes.map(({ pid, command }) => `process ${pid}: ${command.slice(0, 200)}`);
    const files = readdirSync(this.folder).filter((name) => !NOT_OURS.test(name));
    left.push(...files.map((name) => `temporary folder ${join(this.folder, name)}`));
    rmSync(this.folder, { recursive: true, force: true });
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
