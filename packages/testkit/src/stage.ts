import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Account,
  LeadMasterError,
  type LeadMasterEvent,
  type Session,
  type SessionState,
} from '@leadmaster/protocol';
import type { Context } from '../../session-manager/src/context.ts';
import type { PageMessage } from '../../session-manager/src/engine/engine.ts';
import { createProfileStore } from '../../session-manager/src/profile/file-profile-store.ts';
import type { ProfileStore } from '../../session-manager/src/profile/profile-store.ts';
import type { FakeEngine, FakeRun } from './fake-engine.ts';
import { putLevelDb, useLevelDb } from './level-db.ts';
import { pageMessage } from './page-message.ts';

/** The databases that are the login. */
const LOGIN = ['Default/Local Storage/leveldb', 'Default/IndexedDB/https_web.whatsapp.com_0.indexeddb.leveldb'];
/** How long a session may take to reach the state that is played. */
const STATE_MS = 10_000;

const FIRST_PHONE = 5491100000001;
export const PHONE = String(FIRST_PHONE);
/** A number that no session is linked to. */
export const OTHER_PHONE = '5491199999999';

export function accountOf(phone: string, name = 'Ana'): Account {
  return { id: `${phone}@c.us`, phone, name };
}

/** Leads sessions of a real manager into states: it plays the browser, WhatsApp and the phone. */
export class Stage {
  readonly #context: Context;
  readonly #engine: FakeEngine;
  readonly #profiles: ProfileStore;
  #heard = 0;
  readonly #phones = new Map<string, string>();

  readonly #firstPhone: number;

  /** `firstPhone`: the number of the session that is linked first; the next has the next one. */
  constructor(context: Context, engine: FakeEngine, firstPhone = FIRST_PHONE) {
    this.#firstPhone = firstPhone;
    this.#context = context;
    this.#engine = engine;
    this.#profiles = createProfileStore({ dataDir: context.config.dataDir });
  }

  /** A session in that state, whether or not there is one of that name. `LINKED` is STOPPED with a saved login. */
  async given(name: string, state: SessionState | 'LINKED' | 'UNCLAIMED'): Promise<Session> {
    const play = this.#plays[state];
    if (play === undefined) throw new Error(`${state} cannot be played`);
    await play(name);
    return this.until(name, state === 'LINKED' ? 'STOPPED' : state);
  }

  /** Whose session it is: each has a number of its own. */
  accountOf(name: string): Account {
    const phone = this.#phones.get(name) ?? String(this.#firstPhone + this.#phones.size);
    this.#phones.set(name, phone);
    return accountOf(phone);
  }

  /** Resolves once the session is in that state. */
  async until(name: string, state: Session['state']): Promise<Session> {
    const { sessions } = this.#context;
    const signal = AbortSignal.timeout(STATE_MS);
    for (;;) {
      const after = sessions.lastEventId();
      const session = await sessions.get(name);
      if (session.state === state) return session;
      if (signal.aborted) throw new Error(`${name} is ${session.state} (${session.reason}), not ${state}`);
      await sessions.events({ session: name, after, limit: 1, waitMs: STATE_MS, signal });
    }
  }

  /** The phone has scanned the QR, or typed the code: the login lies in the profile, and the page is READY. */
  async scan(name: string, account = this.accountOf(name)): Promise<void> {
    const run = await this.#engine.runOf(name);
    await putLogin(run.profileDir);
    this.#login(run, account);
  }

  /** From now on each browser shows a QR as soon as it runs. */
  showQrs(): void {
    const { onRun } = this.#engine;
    this.#engine.onRun = (run) => {
      onRun(run);
      setImmediate(() => run.showQr());
    };
  }

  /** From now on WhatsApp takes each login as soon as its browser runs. */
  takeLogins(): void {
    const { onRun } = this.#engine;
    this.#engine.onRun = (run) => {
      onRun(run);
      setImmediate(() => this.#login(run, this.accountOf(run.session)));
    };
  }

  /** A message comes in, live. Resolves to its event, once that is durable. */
  async hear(name: string, text: string, more: Partial<PageMessage> = {}): Promise<LeadMasterEvent> {
    const { sessions } = this.#context;
    const signal = AbortSignal.timeout(STATE_MS);
    let after = sessions.lastEventId();
    this.#heard += 1;
    const id = `false_${OTHER_PHONE}@c.us_${this.#heard}`;
    (await this.#engine.runOf(name)).tell({ type: 'message', message: pageMessage(id, { text, ...more }) });
    for (;;) {
      const query = { session: name, after, limit: 100, waitMs: STATE_MS, signal };
      const { items, cursor } = await sessions.events(query);
      const told = items.find(({ type, data }) => type === 'message.received' && data.whatsappId === id);
      if (told !== undefined) return told;
      if (signal.aborted) throw new Error(`${name} did not tell of the message`);
      after = cursor;
    }
  }

  readonly #plays: Partial<Record<SessionState | 'LINKED' | 'UNCLAIMED', (name: string) => Promise<void>>> = {
    UNCLAIMED: (name) => putLogin(join(this.#context.paths.tokens, name)),
    STOPPED: (name) => this.#resting(name),
    LINKED: (name) => this.#linked(name),
    INITIALIZING: async (name) => {
      await this.#resting(name);
      await this.#started(name);
    },
    QR_REQUIRED: async (name) => {
      (await this.#started(name)).showQr();
    },
    RECONNECTING: async (name) => {
      await this.#resting(name);
      await this.#linked(name);
      await this.#started(name);
    },
    READY: async (name) => {
      await this.#linked(name);
      this.#login(await this.#started(name), this.accountOf(name));
    },
    PASSKEY_REQUIRED: async (name) => {
      const run = await this.#started(name);
      run.showQr();
      run.tell({ type: 'passkey', until: null });
    },
    DISCONNECTED_BANNED: async (name) => {
      await this.#linked(name);
      (await this.#started(name)).tell({ type: 'banned' });
    },
    WRONG_ACCOUNT: async (name) => {
      await this.given(name, 'READY');
      const run = await this.#engine.runOf(name);
      run.tell({ type: 'unlinked', reason: 'LOGOUT' });
      await this.until(name, 'INITIALIZING');
      (await this.#engine.runOf(name)).showQr();
      await this.until(name, 'QR_REQUIRED');
      await this.scan(name, accountOf(OTHER_PHONE));
    },
    ERROR: async (name) => {
      const { onStart } = this.#engine;
      this.#engine.onStart = () =>
        Promise.reject(new LeadMasterError('browser_missing', 'No browser was found.', 'Install one.'));
      await this.#exists(name);
      await this.#context.sessions.start(name);
      await this.until(name, 'ERROR').finally(() => {
        this.#engine.onStart = onStart;
      });
    },
    MOVED: async (name) => {
      await this.#linked(name);
      await this.#context.access.moveAway(name, 'retired');
    },
  };

  #login(run: FakeRun, account: Account): void {
    run.tell({ type: 'authenticated' });
    run.tell({ type: 'ready', account, webVersion: '2.3000.1' });
  }

  async #exists(name: string): Promise<void> {
    const { roster, sessions } = this.#context;
    if (!roster.has(name)) await sessions.create({ name, start: false, metadata: {} });
  }

  async #resting(name: string): Promise<void> {
    await this.#exists(name);
    const { sessions } = this.#context;
    if ((await sessions.get(name)).state !== 'STOPPED') await sessions.stop(name);
  }

  async #started(name: string): Promise<FakeRun> {
    await this.#exists(name);
    await this.#context.sessions.start(name);
    return this.#engine.runOf(name);
  }

  /** A login that was saved before, unless the session has one. */
  async #linked(name: string): Promise<void> {
    await this.#exists(name);
    const session = await this.#context.sessions.get(name);
    if (session.account !== null) return;
    await this.#resting(name);
    const record = {
      committedAt: new Date().toISOString(),
      chromiumVersion: '156.0.0.0',
      account: this.accountOf(name),
    };
    await this.#profiles.create(name);
    await putLogin(this.#profiles.locate(name));
    await this.#profiles.updateRecord(name, record);
  }
}

/** Puts both databases of a login into a profile, as a browser would have written them. */
export async function putLogin(profileDir: string): Promise<void> {
  for (const folder of LOGIN) {
    await rm(join(profileDir, folder), { recursive: true, force: true });
    await putLevelDb(join(profileDir, folder));
  }
}

/** The login of a session that is stopped is used, as a browser does that has run meanwhile. */
export async function usedSince(dataDir: string, session: string): Promise<void> {
  for (const folder of LOGIN) await useLevelDb(join(dataDir, 'tokens', session, folder));
}
