import { LeadMasterError, type OnboardingLanguage, type OnboardingState } from '@leadmaster/protocol';
import type { Seal } from '../secrets/seal.ts';
import type { HubDatabase, HubQueries } from './database.ts';
import { ago, ahead } from './dialect.ts';
import { countCode } from './onboarding-codes.ts';
import { pageOf } from './paging.ts';
import type { OnboardingRecord, Page } from './records.ts';
import type { OnboardingLinkRow } from './tables.ts';

/** Open links of one session at a time. */
const MOST_OPEN = 20;

/** A link as it is asked for. */
export interface WantedLink {
  id: string;
  session: string;
  tokenHash: Buffer;
  language: OnboardingLanguage | null;
  expectedPhone: string | null;
  lifeMs: number;
  createdAt: Date;
}

/** A row with the time at which it was read. */
type ReadRow = OnboardingLinkRow & { now: number };

/** Links by which the owner of a phone links a session. All of their times are on the clock of the database. */
export class OnboardingLinks {
  readonly #database: HubDatabase;
  readonly #seal: Seal;

  constructor(database: HubDatabase, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  /** @throws LeadMasterError `limit_reached` where the session has as many open links as it may have. */
  async create(wanted: WantedLink): Promise<OnboardingRecord> {
    const { id, session, tokenHash, language, expectedPhone, lifeMs, createdAt } = wanted;
    const { dialect } = this.#database;
    return this.#database.transact(async (db) => {
      await this.#refuseBeyondOpen(db, session);
      const none = { claim_hash: null, claimed_at: null, linked_at: null, revoked_at: null, code: null };
      await db
        .insertInto('onboarding_links')
        .values({
          ...none,
          ...{ id, session, language, token_hash: tokenHash, expected_phone: expectedPhone },
          ...{ claims: 0, late_tries: 0, created_at: createdAt.getTime(), expires_at: ahead(dialect, lifeMs) },
        })
        .execute();
      return this.#toRecord(await this.#rows(db).where('id', '=', id).executeTakeFirstOrThrow());
    });
  }

  /** The link that a token opens. */
  async find(tokenHash: Buffer): Promise<OnboardingRecord | null> {
    const row = await this.#database.run((db) => this.#rows(db).where('token_hash', '=', tokenHash).executeTakeFirst());
    return row === undefined ? null : this.#toRecord(row);
  }

  /** Those of a session, by id. */
  async list(query: { session: string; after?: string | undefined; limit: number }): Promise<Page<OnboardingRecord>> {
    const { session, after = '', limit } = query;
    const rows = await this.#database.run((db) =>
      this.#rows(db)
        .where('session', '=', session)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit + 1)
        .execute(),
    );
    return pageOf(
      rows,
      limit,
      (row) => row.id,
      (row) => this.#toRecord(row),
    );
  }

  /** Gives a link to a browser; the one that had it has it no more. Null where it has ended meanwhile. */
  async claim(id: string, claimHash: Buffer): Promise<OnboardingRecord | null> {
    const { dialect } = this.#database;
    return this.#database.transact(async (db) => {
      const taken = await db
        .updateTable('onboarding_links')
        .set((eb) => ({
          claim_hash: claimHash,
          claims: eb('claims', '+', 1),
          claimed_at: dialect.now,
          code: null,
        }))
        .where('id', '=', id)
        .where('linked_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', dialect.now)
        .returning('id')
        .executeTakeFirst();
      if (taken === undefined) return null;
      return this.#toRecord(await this.#rows(db).where('id', '=', id).executeTakeFirstOrThrow());
    });
  }

  /** Ends a link whose account is linked; false where it had ended before. */
  async end(id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('onboarding_links')
        .set({ linked_at: this.#database.dialect.now, code: null })
        .where('id', '=', id)
        .where('linked_at', 'is', null)
        .where('revoked_at', 'is', null)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /** Ends a link of that session by order; false where there is none. One that has ended stays as it ended. */
  async revoke(session: string, id: string): Promise<boolean> {
    return this.#database.transact(async (db) => {
      const found = await this.#rows(db).where('id', '=', id).where('session', '=', session).executeTakeFirst();
      if (found === undefined) return false;
      if (stateOf(found) === 'waiting') await this.#revoke(db, id);
      return true;
    });
  }

  /** Counts a try after the end. */
  async countLateTry(id: string): Promise<void> {
    await this.#database.run((db) =>
      db
        .updateTable('onboarding_links')
        .set((eb) => ({ late_tries: eb('late_tries', '+', 1) }))
        .where('id', '=', id)
        .execute(),
    );
  }

  /**
   * Counts a pairing code before it is asked for.
   * @throws LeadMasterError `rate_limited` where the link, or the number, has had as many as it may have.
   */
  async countCode(id: string, phone: string): Promise<void> {
    await this.#database.transact((db) => countCode(this.#database, db, { link: id, phone }));
  }

  /**
   * Keeps the code for the page of the browser that has asked for it; another one that took the link since does not see it.
   * False where that browser has the link no more, or the link has ended.
   */
  async keepCode(id: string, claimHash: Buffer, code: { code: string; expiresAt: string }): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db
        .updateTable('onboarding_links')
        .set({ code: this.#seal.seal(JSON.stringify(code), aboutCode(id)) })
        .where('id', '=', id)
        .where('claim_hash', '=', claimHash)
        .where('linked_at', 'is', null)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', this.#database.dialect.now)
        .executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }

  /** Forgets links that ended longer ago, with their codes; answers how many. */
  async prune(olderThanMs: number): Promise<number> {
    const { dialect } = this.#database;
    return this.#database.transact(async (db) => {
      const old = db.selectFrom('onboarding_links').select('id').where('expires_at', '<', ago(dialect, olderThanMs));
      await db.deleteFrom('onboarding_codes').where('link', 'in', old).execute();
      const { numDeletedRows } = await db.deleteFrom('onboarding_links').where('id', 'in', old).executeTakeFirst();
      return Number(numDeletedRows);
    });
  }

  #rows(db: HubQueries) {
    return db.selectFrom('onboarding_links').selectAll().select(this.#database.dialect.now.as('now'));
  }

  async #revoke(db: HubQueries, id: string): Promise<void> {
    await db
      .updateTable('onboarding_links')
      .set({ revoked_at: this.#database.dialect.now, code: null })
      .where('id', '=', id)
      .execute();
  }

  async #refuseBeyondOpen(db: HubQueries, session: string): Promise<void> {
    const { dialect } = this.#database;
    // The home is held, so that two links of one session are not made at once.
    await dialect.locked(db.selectFrom('homes').select('name').where('name', '=', session)).executeTakeFirst();
    const rows = await this.#rows(db)
      .where('session', '=', session)
      .where('linked_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', dialect.now)
      .execute();
    if (rows.length < MOST_OPEN) return;
    throw new LeadMasterError(
      'limit_reached',
      `The session has ${rows.length} open links.`,
      'Revoke one of them first, or wait until one expires.',
      { extra: { limit: MOST_OPEN, has: rows.length } },
    );
  }

  #toRecord(row: ReadRow): OnboardingRecord {
    return {
      id: row.id,
      session: row.session,
      state: stateOf(row),
      language: row.language as OnboardingLanguage | null,
      expectedPhone: row.expected_phone,
      claims: row.claims,
      lateTries: row.late_tries,
      createdAt: new Date(row.created_at),
      expiresAt: new Date(row.expires_at),
      claimedAt: row.claimed_at === null ? null : new Date(row.claimed_at),
      claimHash: row.claim_hash,
      code: this.#codeOf(row),
    };
  }

  #codeOf({ id, code, now }: ReadRow): OnboardingRecord['code'] {
    if (code === null) return null;
    const kept = JSON.parse(this.#seal.open(code, aboutCode(id))) as { code: string; expiresAt: string };
    return Date.parse(kept.expiresAt) > now ? kept : null;
  }
}

function stateOf({ linked_at, revoked_at, expires_at, now }: ReadRow): OnboardingState {
  if (linked_at !== null) return 'linked';
  if (revoked_at !== null) return 'revoked';
  return expires_at > now ? 'waiting' : 'expired';
}

function aboutCode(id: string): string {
  return `the pairing code of link ${id}`;
}
