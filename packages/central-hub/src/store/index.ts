import { randomBytes } from 'node:crypto';
import { LeadMasterError } from '@leadmaster/protocol';
import { within } from '@leadmaster/service-kit/wait';
import type { Logger } from 'pino';
import { AuditChain } from '../secrets/audit-chain.ts';
import { Seal } from '../secrets/seal.ts';
import { AuditLog } from './audit-log.ts';
import type { BackupDocument } from './backup-document.ts';
import { Backups } from './backups.ts';
import { bringBackRows } from './bring-back.ts';
import { HubDatabase } from './database.ts';
import { EventLog } from './event-log.ts';
import { Homes } from './homes.ts';
import { Keys } from './keys.ts';
import { Leases } from './leases.ts';
import { LogNews } from './log-news.ts';
import { Machines } from './machines.ts';
import { Moves } from './moves.ts';
import { OnboardingLinks } from './onboarding-links.ts';
import { OperationOwners } from './operation-owners.ts';
import { openPostgres } from './postgres/open.ts';
import { SendingWords } from './sending.ts';
import { SessionCopies } from './session-copies.ts';
import { SignIns } from './sign-ins.ts';
import { openSqlite } from './sqlite.ts';
import { Tenants } from './tenants.ts';

const PING_MS = 2_000;
const POLL_MS = 250;

export interface StoreOptions {
  /** `DATABASE_URL`; null: SQLite in the data folder. */
  url: string | null;
  /** Where SQLite is in it, the caller sees to it that no other hub works on it. */
  dataDir: string;
  seal: Seal;
  log: Logger;
  now?: () => Date;
}

/**
 * Opens the hub's database and brings its schema up to date. PostgreSQL that is away is `database_unreachable` within some
 * seconds: the caller tries again.
 * @throws LeadMasterError `storage_failed`, `database_unreachable`, `hub_secret_wrong` where the secret is not that of the database.
 */
export async function openStore({ url, dataDir, seal, log, now = () => new Date() }: StoreOptions): Promise<HubStore> {
  const open = url === null ? openSqlite(dataDir, now) : await openPostgres(url, log, now);
  const database = new HubDatabase(open);
  try {
    const logId = await fact(database, 'log', () => randomBytes(8).toString('hex'));
    // Told at the start, not when the first machine is called.
    seal.open(await fact(database, 'seal', () => seal.seal('', ABOUT_SEAL)), ABOUT_SEAL);
    return new HubStore(database, { seal, log, logId });
  } catch (error) {
    await database.close();
    throw error;
  }
}

const ABOUT_SEAL = 'the seal of this database';

/** What the hub knows, of everything that is not a machine's: and of that, copies with their age. */
export class HubStore {
  readonly tenants: Tenants;
  readonly keys: Keys;
  readonly machines: Machines;
  readonly leases: Leases;
  readonly sessions: SessionCopies;
  readonly events: EventLog;
  readonly operations: OperationOwners;
  readonly homes: Homes;
  readonly sending: SendingWords;
  readonly onboarding: OnboardingLinks;
  readonly audit: AuditLog;
  readonly moves: Moves;
  readonly signIns: SignIns;
  readonly backups: Backups;
  /** The identity of the hub's own log, made with the database. */
  readonly logId: string;
  readonly #database: HubDatabase;
  readonly #news: LogNews;

  constructor(database: HubDatabase, { seal, log, logId }: { seal: Seal; log: Logger; logId: string }) {
    const newest = (): Promise<number> => this.events.newest();
    this.#database = database;
    this.#news = new LogNews({ newest, isShared: database.dialect.isShared, pollMs: POLL_MS, log });
    this.tenants = new Tenants(database);
    this.keys = new Keys(database);
    this.machines = new Machines(database, seal);
    this.leases = new Leases(database);
    this.sessions = new SessionCopies(database);
    this.events = new EventLog(database, this.#news);
    this.operations = new OperationOwners(database);
    this.homes = new Homes(database);
    this.sending = new SendingWords(database);
    this.onboarding = new OnboardingLinks(database, seal);
    const chain = new AuditChain(seal.keyFor('audit'));
    this.audit = new AuditLog(database, chain);
    this.backups = new Backups(database, chain);
    this.moves = new Moves(database);
    this.signIns = new SignIns(database);
    this.logId = logId;
  }

  /** What this hub is to its machines: the same for all processes on one database. */
  get hubId(): string {
    return `hub-${this.logId}`;
  }

  /**
   * Brings back what a document holds; the store is of no use afterwards but to be closed, and opens under the secret of the document.
   * @throws LeadMasterError `wrong_state` where there are tenants or keys, `vault_newer`, `hub_secret_wrong`.
   */
  async bringBack(document: BackupDocument, here: string): Promise<void> {
    await bringBackRows(this.#database, { document, here, seal: new Seal(document.secret) });
  }

  /** @throws LeadMasterError `database_unreachable` where the database does not answer within two seconds; `storage_failed`. */
  async ping(): Promise<void> {
    const isThere = await within(
      PING_MS,
      this.keys.revision().then(() => true),
      false,
    );
    if (isThere) return;
    throw new LeadMasterError(
      'database_unreachable',
      'The database of the hub did not answer within two seconds.',
      'Look for load or locks there, and at the line to it. The hub continues by itself once it answers.',
    );
  }

  /** Wakes those who wait for news, and closes the database; what is under way may fail with `shutting_down`. */
  async close(): Promise<void> {
    this.#news.close();
    await this.#database.close();
  }
}

/** A fact that is made once for a database, by whichever hub comes first. */
async function fact(database: HubDatabase, name: string, make: () => string): Promise<string> {
  return database.transact(async (db) => {
    await db
      .insertInto('facts')
      .values({ name, value: make() })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const { value } = await db.selectFrom('facts').select('value').where('name', '=', name).executeTakeFirstOrThrow();
    return value;
  });
}
