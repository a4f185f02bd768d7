import type { AuditChain, Chained, Mark } from '../secrets/audit-chain.ts';
import type { HubQueries } from './database.ts';
import type { AuditMarkRow, AuditRow } from './tables.ts';

/** What is told of one act. Nothing here may be a text of a message, a phone's number or a secret. */
export interface AuditEntry {
  /** `operator`, `key:ID`, `link:ID`, `hub` ... */
  actor: string;
  action: string;
  target: string;
  /** The address that the request came from; null for what the hub does by itself. */
  from: string | null;
  result: string;
  tenant: string | null;
  /** The full name. */
  session: string | null;
  detail: Readonly<Record<string, unknown>>;
  /** The line that was written before it was done. */
  begun: number | null;
}

/** An act as it stands in the audit. */
export interface AuditRecord extends AuditEntry {
  id: number;
  at: Date;
  mac: string;
}

/** What the hub writes where its own audit is not as it left it. */
export const BROKEN = 'auditBroken';

/** The first line stands behind this one. */
export const START: Mark = { line: 0, at: null, mac: '' };

/** A line that stands for all before it. */
export type AuditMark = Mark;

export type MarkName = 'head' | 'checkpoint';

/** A line behind another, with its number, its time and what ties it to that one. */
export function rowAfter(chain: AuditChain, before: Mark, entry: AuditEntry, at: number): AuditRow {
  const { actor, action, target, from, result, tenant, session, detail, begun } = entry;
  const row = {
    ...{ id: before.line + 1, at, actor, action, target, source: from, result, tenant, session },
    ...{ detail: JSON.stringify(detail), begun },
  };
  return { ...row, mac: chain.mac(before.mac, chained(row)) };
}

/** The fields that the chain holds, in an order that never changes. */
export function chained(row: Omit<AuditRow, 'mac'>): Chained {
  const { id, at, actor, action, target, source, result, tenant, session, detail, begun } = row;
  return [id, at, actor, action, target, source, result, tenant, session, detail, begun];
}

export function toRecord({ source, at, detail, ...row }: AuditRow): AuditRecord {
  return { ...row, from: source, at: new Date(at), detail: JSON.parse(detail) };
}

export function markOf({ id, at, mac }: Pick<AuditRow, 'id' | 'at' | 'mac'>): Mark {
  return { line: id, at, mac };
}

export async function readMark(db: HubQueries, name: MarkName): Promise<AuditMarkRow | null> {
  return (await markQuery(db, name).executeTakeFirst()) ?? null;
}

export function markQuery(db: HubQueries, name: MarkName) {
  return db.selectFrom('audit_marks').selectAll().where('name', '=', name);
}

/** Signs a mark and puts it in the place of the one before. */
export async function writeMark(db: HubQueries, chain: AuditChain, name: MarkName, mark: Mark): Promise<void> {
  const row = { ...mark, signature: chain.sign(name, mark) };
  await db
    .insertInto('audit_marks')
    .values({ name, ...row })
    .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
    .execute();
}
