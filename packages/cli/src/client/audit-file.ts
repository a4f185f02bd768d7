import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { type AuditHead, type AuditLine, auditHead } from '@leadmaster/protocol';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { refuseMissing } from './exported-file.ts';

/** The last line of an export, or a head by itself, as `GET /v1/audit/head` gives it. */
const kept = z.union([z.object({ head: auditHead }).transform(({ head }) => head), auditHead]);

/** An export as it was read: its lines, and the head that it ends with. A head kept by itself has no lines. */
export interface AuditFile {
  lines: readonly unknown[];
  head: AuditHead;
}

/** @throws CliError `invalid_request` where the file does not end with a head. */
export async function readAuditFile(path: string): Promise<AuditFile> {
  await refuseMissing(path);
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n').map(parsed);
  const read = kept.safeParse(lines.pop());
  if (read.success) return { lines, head: read.data };
  throw new CliError(
    EXIT.failed,
    'invalid_request',
    ({ hub }) => hub.noAuditHead(path),
    ({ hub }) => hub.noAuditHeadHint,
  );
}

/**
 * The number of the first line that the file and the hub do not have alike; null where there is none. What the hub has pruned since, and
 * what it has written after the file, is not compared.
 *
 * @param pages every line of the hub, by its number
 */
export async function firstDifference(
  { lines, head }: AuditFile,
  pages: AsyncIterable<readonly AuditLine[]>,
): Promise<number | null> {
  if (lines.length === 0) return null;
  let at: number | null = null;
  for await (const items of pages) {
    for (const item of items) {
      if (item.id > head.line) return null;
      at ??= Math.max(
        0,
        lines.findIndex((line) => numberOf(line) >= item.id),
      );
      const line = lines[at];
      if (!isSame(line, item)) return Math.min(numberOf(line), item.id);
      at += 1;
    }
  }
  return null;
}

function numberOf(line: unknown): number {
  return typeof line === 'object' && line !== null && 'id' in line ? Number(line.id) : Number.POSITIVE_INFINITY;
}

/** Whether all that the file says of a line is so: a later version may tell more of it. */
function isSame(line: unknown, item: AuditLine): boolean {
  if (typeof line !== 'object' || line === null) return false;
  const known: Readonly<Record<string, unknown>> = { ...item };
  return Object.entries(line).every(([field, value]) => isDeepStrictEqual(value, known[field]));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
