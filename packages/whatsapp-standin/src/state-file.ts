import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { StoredState } from './accounts.ts';
import type { Certificate } from './certificate.ts';

/** What a stand-in knows, to begin another one from: its accounts, devices and messages, and its certificate. Plain JSON. */
export interface WorldState {
  readonly format: 1;
  readonly certificate: Certificate;
  readonly state: StoredState;
}

/** Keeps the server's memory in one JSON file, replaced by rename so that it is always whole. */
export class StateFile {
  readonly #path: string;
  #planned: NodeJS.Immediate | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** What an earlier stand-in left; null only if there is no such file. A file of another kind is an error. */
  read(): WorldState | null {
    let text: string;
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    }
    const content = JSON.parse(text) as WorldState;
    if (content.format !== 1) throw new Error(`${this.#path} was not written by this version of the stand-in`);
    return content;
  }

  write(certificate: Certificate, state: StoredState): void {
    const content: WorldState = { format: 1, certificate, state };
    mkdirSync(dirname(this.#path), { recursive: true });
    const fresh = `${this.#path}.new`;
    writeFileSync(fresh, JSON.stringify(content), { mode: 0o600 });
    renameSync(fresh, this.#path);
  }

  /** Writes once for all changes of this turn of the event loop. */
  plan(write: () => void): void {
    this.#planned ??= setImmediate(() => {
      this.#planned = null;
      write();
    });
  }

  /** Drops a planned write; the closing stand-in writes for the last time itself. */
  cancel(): void {
    if (this.#planned) clearImmediate(this.#planned);
    this.#planned = null;
  }
}
