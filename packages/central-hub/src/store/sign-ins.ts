import type { HubDatabase } from './database.ts';
import { ahead } from './dialect.ts';
import type { SignInRecord } from './records.ts';
import type { SignInRow } from './tables.ts';

type Kind = SignInRow['kind'];

/** Browsers that are signed in, and codes that sign one in. Both are known by the hash of their secret, on every hub. */
export class SignIns {
  readonly #database: HubDatabase;

  constructor(database: HubDatabase) {
    this.#database = database;
  }

  /** Keeps one for so many milliseconds. */
  async put(kind: Kind, id: string, { keyId, mark }: SignInRecord, lastsMs: number): Promise<void> {
    const expires_at = ahead(this.#database.dialect, lastsMs);
    await this.#database.transact((db) =>
      db.insertInto('sign_ins').values({ id, kind, key_id: keyId, mark, expires_at }).execute(),
    );
  }

  /** Null where there is none, or its time is over. */
  async find(kind: Kind, id: string): Promise<SignInRecord | null> {
    const { now } = this.#database.dialect;
    const row = await this.#database.run((db) =>
      db
        .selectFrom('sign_ins')
        .select(['key_id', 'mark'])
        .where('id', '=', id)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .executeTakeFirst(),
    );
    return row === undefined ? null : { keyId: row.key_id, mark: row.mark };
  }

  /** Ends one and answers what it was: of all who ask at once, one gets it. Null where there is none, or its time is over. */
  async take(kind: Kind, id: string): Promise<SignInRecord | null> {
    const { now } = this.#database.dialect;
    const row = await this.#database.transact((db) =>
      db
        .deleteFrom('sign_ins')
        .where('id', '=', id)
        .where('kind', '=', kind)
        .where('expires_at', '>', now)
        .returning(['key_id', 'mark'])
        .executeTakeFirst(),
    );
    return row === undefined ? null : { keyId: row.key_id, mark: row.mark };
  }

  /** Forgets those whose time is over; answers how many. */
  async prune(): Promise<number> {
    const { now } = this.#database.dialect;
    const { numDeletedRows } = await this.#database.transact((db) =>
      db.deleteFrom('sign_ins').where('expires_at', '<=', now).executeTakeFirst(),
    );
    return Number(numDeletedRows);
  }
}
