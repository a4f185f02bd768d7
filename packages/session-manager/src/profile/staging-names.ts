import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import { isSessionName } from '@leadmaster/protocol';
import { isTemporaryName } from './atomic-file.ts';

/** What is done in staging with one session. */
const WORK = ['capture', 'restore', 'drill', 'adopt', 'trim'] as const;

/** The end of the file beside a staged profile that is about to take its place. */
export const SWAP_SUFFIX = '.swap.json';

/** Of one session: `restore-ventas-0a1b2c3d4e5f`. */
const OF_SESSION = new RegExp(`^(?:${WORK.join('|')})-(.+)-[0-9a-f]{12}$`);
/** Of a transfer, by its id. */
const OF_TRANSFER = /^transfer-tr_[0-9a-f-]{36}(?:-profile)?$/;
/** Copies of databases that are being checked: `sqlite-check.ts` of capture. */
const OF_CHECK = /^leadmaster-sqlite-[A-Za-z0-9]{6}$/;

/** A name in staging that is free. */
export function stagingName(what: (typeof WORK)[number], session: string): string {
  return `${what}-${session}-${randomBytes(6).toString('hex')}`;
}

/** The names in staging that belong to a transfer: what has come, and the profile that is made of it. */
export function transferNames(id: string): { files: string; profile: string } {
  return { files: `transfer-${id}`, profile: `transfer-${id}-profile` };
}

/** Whether LeadMaster gives such names in staging; all others are foreign, and stay. */
export function isStagingName(name: string): boolean {
  const work = basename(name, SWAP_SUFFIX);
  const session = OF_SESSION.exec(work)?.[1];
  if (session !== undefined) return isSessionName(session);
  return OF_TRANSFER.test(work) || OF_CHECK.test(name) || isTemporaryName(name);
}
