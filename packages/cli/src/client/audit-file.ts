import { readFile } from 'node:fs/promises';
import { type AuditHead, auditHead } from '@leadmaster/protocol';
import { z } from 'zod';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import { refuseMissing } from './exported-file.ts';

/** The last line of an export, or a head by itself, as `GET /v1/audit/head` gives it. */
const kept = z.union([z.object({ head: auditHead }).transform(({ head }) => head), auditHead]);

/** The head of the audit that a file ends with. */
export async function headInFile(path: string): Promise<AuditHead> {
  await refuseMissing(path);
  const [, last = ''] = /([^\n]*)\n*$/.exec(await readFile(path, 'utf8')) ?? [];
  const read = kept.safeParse(parsed(last));
  if (read.success) return read.data;
  throw new CliError(
    EXIT.failed,
    'invalid_request',
    ({ hub }) => hub.noAuditHead(path),
    ({ hub }) => hub.noAuditHeadHint,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
