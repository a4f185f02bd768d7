import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import { localTime } from '@leadmaster/protocol';
import { type ProfileFs, walk } from '../profile/files.ts';
import { loginEvidence } from '../profile/login-presence.ts';

interface Candidate {
  path: string;
  isLogin: boolean;
  /** When a file of its login was last written. */
  writtenAt: Date | null;
}

/** Of several profiles, what tells the one that lives from those that were left: logins first, the last written in front. */
export async function sayCandidates(fs: ProfileFs, folders: readonly string[]): Promise<string> {
  const found: Candidate[] = [];
  for (const path of folders) {
    const { presence } = await loginEvidence(fs, path, null);
    found.push({ path, isLogin: presence === 'present', writtenAt: await lastWritten(fs, path) });
  }
  return found.sort(byLife).map(sayOne).join(', ');
}

function byLife(one: Candidate, other: Candidate): number {
  return Number(other.isLogin) - Number(one.isLogin) || Number(other.writtenAt ?? 0) - Number(one.writtenAt ?? 0);
}

function sayOne({ path, isLogin, writtenAt }: Candidate): string {
  const what = isLogin ? 'a login' : 'no whole login';
  return `${path} (${what}${writtenAt === null ? '' : `, last written ${localTime(writtenAt)}`})`;
}

async function lastWritten(fs: ProfileFs, profileDir: string): Promise<Date | null> {
  let newest = 0;
  for (const store of Object.values(LOGIN_STORES)) {
    for await (const { kind, mtimeMs } of walk(fs, join(profileDir, store))) {
      if (kind === 'file') newest = Math.max(newest, mtimeMs);
    }
  }
  return newest === 0 ? null : new Date(newest);
}
