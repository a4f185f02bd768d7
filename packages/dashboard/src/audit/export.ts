import type { AuditHead } from '@leadmaster/protocol';
import { client } from '../service/client.ts';

const PAGE = 500;

/** Every line as one of JSON, and the head as the last one: the file that `leadmaster audit export` writes, too. */
export async function exported(): Promise<{ lines: Blob; head: AuditHead }> {
  const parts: string[] = [];
  let head = await client.call('getAuditHead');
  for (let after = 0, isFull = true; isFull; ) {
    const { items, cursor } = await client.call('listAudit', { query: { all: true, after, limit: PAGE } });
    parts.push(...items.map((line) => `${JSON.stringify(line)}\n`));
    const last = items.at(-1);
    if (last !== undefined) head = { line: last.id, at: last.at, mac: last.mac };
    [after, isFull] = [cursor, items.length === PAGE];
  }
  return { lines: new Blob([...parts, headLine(head)], { type: 'application/x-ndjson' }), head };
}

export async function exportedHead(): Promise<{ lines: Blob; head: AuditHead }> {
  const head = await client.call('getAuditHead');
  return { lines: new Blob([headLine(head)], { type: 'application/x-ndjson' }), head };
}

/** The head that a file ends with: of an export, or alone; null where it ends with none. */
export function headIn(text: string): AuditHead | null {
  const last = text.trimEnd().split('\n').at(-1) ?? '';
  try {
    const read: unknown = JSON.parse(last);
    const { head = read } = (read ?? {}) as { head?: unknown };
    return isHead(head) ? head : null;
  } catch {
    return null;
  }
}

/** The hub checks what it is given; this only tells a head from another file. */
function isHead(said: unknown): said is AuditHead {
  const { line, at, mac } = (said ?? {}) as Record<string, unknown>;
  return typeof line === 'number' && (at === null || typeof at === 'string') && typeof mac === 'string';
}

function headLine(head: AuditHead): string {
  return `${JSON.stringify({ head })}\n`;
}
