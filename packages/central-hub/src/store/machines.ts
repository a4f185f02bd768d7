import { LeadMasterError, type Sending } from '@leadmaster/protocol';
import type { Seal } from '../secrets/seal.ts';
import type { HubDatabase, HubQueries } from './database.ts';
import type { LogPosition, MachineFacts, MachineRecord } from './records.ts';
import { countSendingChange } from './sending.ts';
import type { MachineRow } from './tables.ts';

/** The session managers behind this hub. */
export class Machines {
  readonly #database: HubDatabase;
  readonly #seal: Seal;

  constructor(database: HubDatabase, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  /** Keeps a machine with its token, which is sealed. @throws LeadMasterError `machine_exists`. */
  async add(record: MachineRecord, token: string): Promise<void> {
    const row = toRow(record, this.#seal.seal(token, aboutToken(record.name)));
    const added = await this.#database.transact((db) =>
      db
        .insertInto('machines')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('name')
        .executeTakeFirst(),
    );
    if (added === undefined) throw machineExists(record.name);
  }

  /** Another address, another token; what is left out stays. False where there is no such machine. */
  async update(
    name: string,
    change: { url?: string | undefined; token?: string | undefined; peerUrl?: string | null | undefined },
  ): Promise<boolean> {
    const { url, token, peerUrl } = change;
    const changed = {
      name,
      ...(url === undefined ? {} : { url }),
      ...(peerUrl === undefined ? {} : { peer_url: peerUrl }),
      ...(token === undefined ? {} : { token: this.#seal.seal(token, aboutToken(name)) }),
    };
    return this.#set(name, () => changed);
  }

  async get(name: string): Promise<MachineRecord | null> {
    const row = await this.#database.run((db) => oneMachine(db, name));
    return row === undefined ? null : toRecord(row);
  }

  /** All of them, by name. */
  async list(): Promise<MachineRecord[]> {
    const rows = await this.#database.run((db) => db.selectFrom('machines').selectAll().orderBy('name').execute());
    return rows.map(toRecord);
  }

  /** The token of a machine, opened; null where there is no such machine. @throws LeadMasterError `hub_secret_wrong`. */
  async token(name: string): Promise<string | null> {
    const row = await this.#database.run((db) => oneMachine(db, name));
    return row === undefined ? null : this.#seal.open(row.token, aboutToken(name));
  }

  /** Notes what a machine said of itself just now, on the clock of the database. False where there is no such machine. */
  async seen(name: string, facts: MachineFacts): Promise<boolean> {
    return this.#set(name, () => ({ facts: JSON.stringify(facts), last_seen_at: this.#database.dialect.now }));
  }

  /** Whether the sessions of a machine may send. False where there is no such machine. */
  async setSending(name: string, sending: Sending): Promise<boolean> {
    return this.#database.transact(async (db) => {
      const found = await this.#database.dialect
        .locked(db.selectFrom('machines').select('sending').where('name', '=', name))
        .executeTakeFirst();
      if (found === undefined) return false;
      await db.updateTable('machines').set({ sending }).where('name', '=', name).execute();
      if (found.sending !== sending) await countSendingChange(db);
      return true;
    });
  }

  /** How far the log of a machine is known; null where there is no such machine. */
  async position(name: string): Promise<LogPosition | null> {
    const row = await this.#database.run((db) => oneMachine(db, name));
    return row === undefined ? null : { logId: row.log_id, cursor: row.cursor };
  }

  /** Reads the log of a machine from there on: what was known of it is of another log, or of a later state of it. */
  async acceptLog(name: string, { logId, cursor }: LogPosition): Promise<boolean> {
    return this.#set(name, () => ({ log_id: logId, cursor, holder: null, leased_until: 0 }));
  }

  /** Whether new sessions stay away from a machine. False where there is no such machine. */
  async drain(name: string, isDraining: boolean): Promise<boolean> {
    return this.#set(name, () => ({ is_draining: isDraining ? 1 : 0 }));
  }

  /**
   * Forgets a machine; its events stay, and of sessions that have moved away from it nothing. `force`: what is known of its sessions
   * goes with it. False where there is none.
   * @throws LeadMasterError `machine_has_sessions`.
   */
  async remove(name: string, { force = false }: { force?: boolean | undefined } = {}): Promise<boolean> {
    return this.#database.transact(async (db) => {
      // What a machine tells is stored under this lock too: nothing comes between the look and the deletion.
      const row = await this.#database.dialect
        .locked(db.selectFrom('machines').select('name').where('name', '=', name))
        .executeTakeFirst();
      if (row === undefined) return false;
      if (!force && ((await hasSessions(db, name)) || (await isMoving(db, name)))) throw machineHasSessions(name);
      await db.deleteFrom('sessions').where('machine', '=', name).execute();
      await db.deleteFrom('homes').where('machine', '=', name).execute();
      await db.deleteFrom('machines').where('name', '=', name).execute();
      return true;
    });
  }

  async #set(name: string, change: () => object): Promise<boolean> {
    const { numUpdatedRows } = await this.#database.run((db) =>
      db.updateTable('machines').set(change()).where('name', '=', name).executeTakeFirst(),
    );
    return numUpdatedRows > 0n;
  }
}

/** Under which name a token is sealed: moved to the row of another machine, it does not open. */
export function aboutToken(machine: string): string {
  return `token of machine ${machine}`;
}

function oneMachine(db: HubQueries, name: string): Promise<MachineRow | undefined> {
  return db.selectFrom('machines').selectAll().where('name', '=', name).executeTakeFirst();
}

async function hasSessions(db: HubQueries, machine: string): Promise<boolean> {
  const home = await db.selectFrom('homes').select('name').where('machine', '=', machine).limit(1).executeTakeFirst();
  if (home !== undefined) return true;
  const copy = await db
    .selectFrom('sessions')
    .select('name')
    .where('machine', '=', machine)
    // What has moved away is another machine's.
    .where('state', '<>', 'MOVED')
    .limit(1)
    .executeTakeFirst();
  return copy !== undefined;
}

/** Whether a session is on its way there or from there. */
async function isMoving(db: HubQueries, machine: string): Promise<boolean> {
  const move = await db
    .selectFrom('moves')
    .select('id')
    .where('ended_at', 'is', null)
    .where('kind', '=', 'move')
    .where((eb) => eb.or([eb('source', '=', machine), eb('target', '=', machine)]))
    .limit(1)
    .executeTakeFirst();
  return move !== undefined;
}

function toRow(record: MachineRecord, token: string): MachineRow {
  return {
    name: record.name,
    url: record.url,
    token,
    peer_url: record.peerUrl,
    is_draining: record.isDraining ? 1 : 0,
    sending: record.sending,
    facts: record.facts === null ? null : JSON.stringify(record.facts),
    last_seen_at: record.lastSeenAt?.getTime() ?? null,
    created_at: record.createdAt.getTime(),
    holder: null,
    generation: 0,
    leased_until: 0,
    log_id: null,
    cursor: 0,
  };
}

function toRecord(row: MachineRow): MachineRecord {
  return {
    name: row.name,
    url: row.url,
    peerUrl: row.peer_url,
    isDraining: row.is_draining === 1,
    sending: row.sending,
    facts: row.facts === null ? null : JSON.parse(row.facts),
    lastSeenAt: row.last_seen_at === null ? null : new Date(row.last_seen_at),
    createdAt: new Date(row.created_at),
  };
}

function machineExists(name: string): LeadMasterError {
  return new LeadMasterError(
    'machine_exists',
    `There is a machine ${name} already.`,
    'Choose another name, or remove that machine first.',
  );
}

function machineHasSessions(name: string): LeadMasterError {
  return new LeadMasterError(
    'machine_has_sessions',
    `The machine ${name} has sessions.`,
    'Move its sessions to other machines or delete them; or remove it with force, which forgets them here and changes nothing there.',
  );
}
