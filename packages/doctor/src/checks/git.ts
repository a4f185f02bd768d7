import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gitFreeEnvironment } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

const GIT_MS = 10_000;
/** A question runs nothing of the repository, and writes nothing into its index. */
const QUIETLY = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];

/** Whether logins and keys inside of a repository are kept out of it. */
export async function checkGit({ paths, machine }: Installation): Promise<Finding[]> {
  const { checkout } = machine;
  return [
    ...(await keptOut(paths.root, secretsOf(paths), (about) =>
      found('problem', 'git_not_ignored', paths.root, about, { fixable: mayIgnoreAll(paths) }),
    )),
    ...(await keptOut(checkout, exportsIn(checkout), (about) => found('problem', 'git_exports', checkout, about))),
  ];
}

/** What `export`, `qr --save` and a copy of a key leave where a command is typed. */
function exportsIn(checkout: string): string[] {
  return readdirSync(checkout).filter((name) => /\.(lmx|key)$|^qr.*\.png$/i.test(name));
}

/** What git has, or would take, of these names in a folder. */
async function keptOut(
  folder: string,
  names: readonly string[],
  notIgnored: (about: Record<string, string>) => Finding,
): Promise<Finding[]> {
  if (!existsSync(folder) || !isInRepository(folder)) return [];
  const secrets = names.filter((path) => existsSync(join(folder, path)));
  if (secrets.length === 0) return [];
  const tracked = await git(folder, ['ls-files', '-z', '--', ...secrets]);
  const ignored = await git(folder, ['-c', 'core.quotePath=false', 'check-ignore', '--no-index', '--', ...secrets]);
  // check-ignore ends with 1 when it ignores none of them.
  if (tracked.code !== 0 || ignored.code > 1) {
    const detail = `${tracked.code !== 0 ? tracked.error : ignored.error}`.trim();
    return [found('note', 'git_unknown', folder, { path: folder, detail })];
  }
  const findings: Finding[] = [];
  const inside = list(tracked.output);
  if (inside.length > 0)
    findings.push(
      found('problem', 'git_tracked', folder, { path: folder, count: inside.length, first: inside[0] ?? '' }),
    );
  const known = new Set(ignored.output.split('\n'));
  const open = secrets.filter((path) => !known.has(path));
  if (open.length > 0) {
    const lines = open.map((path) => `/${path}`).join(' ');
    findings.push(notIgnored({ path: folder, names: open.join(', '), lines }));
  }
  return findings;
}

type Paths = Installation['paths'];

/** What must never reach a repository, relative to the data folder. */
function secretsOf(paths: Paths): string[] {
  const folders = [paths.tokens, paths.trash, paths.staging, paths.vault];
  return [...folders, paths.vaultKey, paths.adminKey, paths.serviceToken, paths.database].map((path) => basename(path));
}

/**
 * Whether a `.gitignore` of our own may say `*`: the data folder has nothing in it but what is ours, and none there says
 * something else. A file of the operator's is never changed.
 */
export function mayIgnoreAll(paths: Paths): boolean {
  const ours = new Set(
    [
      ...[paths.tokens, paths.locks, paths.trash, paths.staging, paths.webCache, paths.vault],
      ...[paths.vaultKey, paths.keyCopied, paths.adminKey, paths.serviceToken],
      ...['', '-wal', '-shm'].map((end) => paths.database + end),
    ].map((path) => basename(path)),
  );
  return readdirSync(paths.root).every((name) => ours.has(name));
}

function isInRepository(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return true;
    if (at === dirname(at)) return false;
  }
}

function list(output: string): string[] {
  return output.split('\0').filter((path) => path !== '');
}

/** Runs git; without it, or when it takes too long, the code is -1. */
function git(folder: string, args: readonly string[]): Promise<{ code: number; output: string; error: string }> {
  return new Promise((resolve) => {
    const all = ['-C', folder, ...QUIETLY, ...args];
    const options = { timeout: GIT_MS, maxBuffer: 16 * 2 ** 20, env: { ...gitFreeEnvironment(), LC_ALL: 'C' } };
    execFile('git', all, options, (error, output, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output, error: stderr || error?.message || '' });
    });
  });
}
