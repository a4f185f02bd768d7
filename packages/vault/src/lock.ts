import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isDamage, locked } from './failures.ts';
import { parseJson } from './format/codec.ts';
import { headerLine, openEnvelope, sealEnvelope } from './format/envelope.ts';
import type { KnownSession } from './keyring.ts';
import { lockObject } from './names.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

const lockBody = z.object({ owner: z.string(), holder: z.string(), doing: z.string(), expiresAt: z.iso.datetime() });
type LockBody = z.infer<typeof lockBody>;

const LOCK_MS = 5 * 60 * 1000;
const MAX_LOCK_BYTES = 4096;
/** What must be possible on a disk that is full. */
const FREEING: ReadonlySet<string> = new Set(['forget', 'prune', 'destroy']);
/** How often a stale lock is removed before another writer is taken to be faster. */
const TRIES = 3;

/**
 * Keeps two writers of one session from wasted work. It does not protect the data: that is the conditional put
 * of the next record. So a lock that is lost while its holder sleeps does no harm.
 */
export class SessionLock {
  readonly #store: BlobStore;
  readonly #session: KnownSession;
  readonly #now: () => Date;
  readonly #owner: string;
  readonly #holder = randomBytes(8).toString('hex');

  constructor(store: BlobStore, session: KnownSession, owner: string, now: () => Date) {
    this.#store = store;
    this.#session = session;
    this.#owner = owner;
    this.#now = now;
  }

  /** Does the work while it holds the lock; `vault_locked` when another writer does. */
  async during<T>(doing: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    await this.#take(doing, signal);
    let beat: Promise<unknown> = Promise.resolve();
    const timer = setInterval(() => {
      // What fails here is tried again, and a lock that is lost does no harm.
      beat = this.#store.put(this.#key, this.#body(doing)).catch(() => undefined);
    }, LOCK_MS / 3);
    timer.unref();
    let result: T;
    try {
      result = await work();
    } finally {
      clearInterval(timer);
      await beat;
      // What the work has to say is worth more than a lock left behind, which its owner takes over.
      await this.#give().catch(() => undefined);
    }
    return result;
  }

  async #take(doing: string, signal?: AbortSignal): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const frees = FREEING.has(doing);
      const taken = await this.#store.put(this.#key, this.#body(doing), { ifAbsent: true, frees, ...passed(signal) });
      if (taken) return;
      const found = await this.#read(signal);
      if (found === 'absent') continue;
      if (found !== 'unreadable' && found.owner !== this.#owner && new Date(found.expiresAt) > this.#now()) {
        throw locked(
          `${found.owner} is at work on session ${this.#session.name} in the vault (${found.doing}) until ${found.expiresAt} at most.`,
        );
      }
      await this.#store.delete(this.#key, passed(signal));
    }
    throw locked(`Another writer takes the lock of session ${this.#session.name} again and again.`);
  }

  async #give(): Promise<void> {
    const found = await this.#read();
    if (typeof found !== 'string' && found.holder === this.#holder) await this.#store.delete(this.#key);
  }

  async #read(signal?: AbortSignal): Promise<LockBody | 'absent' | 'unreadable'> {
    const range = { offset: 0, length: MAX_LOCK_BYTES };
    const bytes = await this.#store.get(this.#key, { range, ...passed(signal) });
    if (bytes === null) return 'absent';
    try {
      const body = openEnvelope(this.#key, this.#session.keys.lock, this.#header, bytes);
      const parsed = lockBody.safeParse(parseJson(body));
      return parsed.success ? parsed.data : 'unreadable';
    } catch (error) {
      // A damaged lock protects nothing: the safety of the data does not depend on it.
      if (isDamage(error)) return 'unreadable';
      throw error;
    }
  }

  #body(doing: string): Buffer {
    const expiresAt = new Date(this.#now().getTime() + LOCK_MS).toISOString();
    const body: LockBody = { owner: this.#owner, holder: this.#holder, doing, expiresAt };
    return sealEnvelope(this.#session.keys.lock, this.#header, Buffer.from(JSON.stringify(body)));
  }

  get #key(): string {
    return lockObject(this.#session.keys.session);
  }

  get #header(): string {
    return headerLine('lock', this.#session.keys.vault, this.#session.keys.session);
  }
}
