import type { AuditProblem } from '@leadmaster/protocol';
import { type AuditChain, isSame, type Mark } from '../secrets/audit-chain.ts';
import { BROKEN, chained, markOf, readMark, START } from './audit-rows.ts';
import type { HubDatabase } from './database.ts';
import type { AuditRow } from './tables.ts';

const PAGE = 1_000;
const PROBLEMS = 100;
/** Lines may be pruned while they are read; so often the reading begins again from the new checkpoint. */
const TRIES = 3;

/** A head that was kept elsewhere. */
export type GivenHead = Pick<Mark, 'line' | 'mac'>;

export interface Problem {
  problem: AuditProblem;
  line: number;
}

/** What a verification found. */
export interface AuditCheck {
  ok: boolean;
  lines: number;
  checkpoint: Mark | null;
  head: Mark;
  given: 'kept' | 'pruned' | 'missing' | 'other' | null;
  problems: Problem[];
}

/** What is wrong with lines that should follow a mark. */
export function problemsIn(chain: AuditChain, after: Mark, rows: readonly AuditRow[]): Problem[] {
  const problems: Problem[] = [];
  let before = after;
  for (const row of rows) {
    if (row.id !== before.line + 1) problems.push({ problem: 'line_missing', line: before.line + 1 });
    else if (!isSame(row.mac, chain.mac(before.mac, chained(row))))
      problems.push({ problem: 'line_changed', line: row.id });
    if (row.action === BROKEN) problems.push({ problem: 'broken_earlier', line: row.id });
    before = markOf(row);
  }
  return problems;
}

/** Reads the audit from its checkpoint to its head. */
export class AuditVerifier {
  readonly #database: HubDatabase;
  readonly #chain: AuditChain;

  constructor(database: HubDatabase, chain: AuditChain) {
    this.#database = database;
    this.#chain = chain;
  }

  async run(given: GivenHead | null, signal?: AbortSignal): Promise<AuditCheck> {
    for (let tried = 1; ; tried += 1) {
      const check = await this.#once(given, signal);
      const { checkpoint } = await this.#marks();
      if (tried === TRIES || (checkpoint?.line ?? 0) === (check.checkpoint?.line ?? 0)) return check;
    }
  }

  async #once(given: GivenHead | null, signal: AbortSignal | undefined): Promise<AuditCheck> {
    const { head, checkpoint, problems } = await this.#marks();
    const found: Problem[] = [...problems];
    let [before, lines, known] = [checkpoint ?? START, 0, givenIn(given, checkpoint ?? START)];
    for (;;) {
      signal?.throwIfAborted();
      const rows = await this.#linesAfter(before.line);
      found.push(...problemsIn(this.#chain, before, rows));
      const same = rows.find(({ id }) => id === given?.line);
      if (same !== undefined && given !== null) known = isSame(same.mac, given.mac) ? 'kept' : 'other';
      lines += rows.length;
      before = rows.length === 0 ? before : markOf(rows.at(-1) as AuditRow);
      if (rows.length < PAGE) break;
    }
    found.push(...(await this.#atTheEnd()), ...problemOf(known, given));
    return { ok: found.length === 0, lines, checkpoint, head, given: known, problems: found.slice(0, PROBLEMS) };
  }

  async #linesAfter(line: number): Promise<AuditRow[]> {
    return this.#database.run((db) =>
      db.selectFrom('audit').selectAll().where('id', '>', line).orderBy('id').limit(PAGE).execute(),
    );
  }

  async #marks(): Promise<{ head: Mark; checkpoint: Mark | null; problems: Problem[] }> {
    const [head, checkpoint] = await this.#database.run(async (db) => [
      await readMark(db, 'head'),
      await readMark(db, 'checkpoint'),
    ]);
    const problems: Problem[] = [];
    if (head != null && !this.#chain.isSigned('head', head)) problems.push({ problem: 'head_forged', line: head.line });
    if (checkpoint != null && !this.#chain.isSigned('checkpoint', checkpoint))
      problems.push({ problem: 'checkpoint_forged', line: checkpoint.line });
    return { head: plain(head) ?? START, checkpoint: plain(checkpoint), problems };
  }

  /** Whether the lines end where the head is, by one statement: both move in one transaction. */
  async #atTheEnd(): Promise<Problem[]> {
    const row = await this.#database.run((db) =>
      db
        .selectNoFrom((eb) => [
          eb.selectFrom('audit_marks').select('line').where('name', '=', 'head').as('head'),
          eb.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).as('last'),
        ])
        .executeTakeFirstOrThrow(),
    );
    const [head, last] = [row.head ?? 0, row.last ?? 0];
    if (last < head) return [{ problem: 'tail_cut', line: last + 1 }];
    return last > head ? [{ problem: 'line_added', line: head + 1 }] : [];
  }
}

function plain(row: Mark | null | undefined): Mark | null {
  return row == null ? null : { line: row.line, at: row.at, mac: row.mac };
}

/** What is known of a given head before any line is read. */
function givenIn(given: GivenHead | null, from: Mark): AuditCheck['given'] {
  if (given === null) return null;
  if (given.line < from.line) return 'pruned';
  if (given.line > from.line) return 'missing';
  return isSame(given.mac, from.mac) ? 'kept' : 'other';
}

function problemOf(known: AuditCheck['given'], given: GivenHead | null): Problem[] {
  if (given === null || (known !== 'missing' && known !== 'other')) return [];
  return [{ problem: known === 'missing' ? 'tail_cut' : 'other_head', line: given.line }];
}
