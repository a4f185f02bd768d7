import { lstatSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { storeUrl } from '@leadmaster/vault';
import type { Config } from '../config/config.ts';
import { codeBeside, type NamedOnDisk, namedFolders } from '../doctor/code/named-folders.ts';
import { examine } from '../doctor/doctor.ts';
import { type Ground, lookAround, type ProfileFact } from '../doctor/ground.ts';
import { type Machine, thisMachine } from '../doctor/machine.ts';
import type { Language } from '../doctor/words/words.ts';
import { measureProfile } from '../profile/measure.ts';
import type { SessionRow } from '../state/state-store.ts';
import { contentsOf } from './contents.ts';
import type { ReportedFinding, ReportedSession, ReportFacts } from './facts.ts';

export interface ReportOptions {
  language: Language;
  version: string;
  /** Where the operator's code is; null: where it lies beside the data folder, if it does. */
  codeDir?: string | null;
  machine?: Partial<Machine>;
}

/** How many of a session's last changes of state are told. */
const TRANSITIONS = 5;

/** Gathers what the report says, with the service up or down; needs no lock and changes nothing. */
export async function gather(config: Config, options: ReportOptions): Promise<ReportFacts> {
  const { language, version, codeDir = null } = options;
  const machine = { ...thisMachine(config), ...options.machine };
  const { findings } = await examine(config, { codeDir, language, machine });
  const ground = await lookAround(config, { machine, codeDir });
  try {
    const { paths, service, owner } = ground;
    return {
      at: machine.now().toISOString(),
      ...{ host: hostname(), version, dataDir: paths.root, tokens: paths.tokens, uid: owner },
      service: service === null ? null : { pid: service.pid, port: Number(service.about.port) || null },
      browser: await machine.browserVersion().catch(() => null),
      sessions: await sessionsOf(ground),
      trash: { count: foldersIn(paths.trash), bytes: await weight(paths.trash) },
      webCache: { path: paths.webCache, bytes: await weight(paths.webCache), files: namesIn(paths.webCache) },
      disk: await machine.room(paths.tokens).catch(() => null),
      settings: settingsOf(config),
      code: codeOf(ground),
      findings: findings.filter((one): one is ReportedFinding => one.severity !== 'ok'),
    };
  } finally {
    ground.close();
  }
}

async function sessionsOf(ground: Ground): Promise<ReportedSession[]> {
  const rows = ground.state?.sessions ?? [];
  const names = new Set([...rows.map(({ name }) => name), ...ground.profiles.map(({ name }) => name)]);
  const sessions: ReportedSession[] = [];
  for (const name of [...names].sort()) {
    const row = rows.find((one) => one.name === name) ?? null;
    const profile = ground.profiles.find((one) => one.name === name) ?? null;
    sessions.push(await sessionOf(ground, name, row, profile));
  }
  return sessions;
}

async function sessionOf(
  { paths, state }: Ground,
  name: string,
  row: SessionRow | null,
  profile: ProfileFact | null,
): Promise<ReportedSession> {
  const path = paths.session(name);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  const snapshots = (state?.snapshots(name) ?? []).sort((a, b) => (a.at < b.at ? 1 : -1));
  const [latest] = snapshots;
  const { account, generation, chromiumVersion } = profile?.record ?? {};
  return {
    name,
    path,
    state: row?.state ?? 'UNCLAIMED',
    reason: row?.reason ?? '',
    since: row?.since ?? null,
    account: account == null ? null : `${account.phone} ${account.name}`.trim(),
    generation: generation ?? null,
    chromium: chromiumVersion ?? null,
    lastReadyAt: row?.lastReadyAt ?? null,
    contents: profile === null ? null : await contentsOf(path).catch(() => null),
    mode: stat === undefined ? null : (stat.mode & 0o777).toString(8).padStart(3, '0'),
    uid: stat?.uid ?? null,
    snapshots: {
      count: snapshots.length,
      latest: latest === undefined ? null : { id: latest.id, at: latest.at, verifiedAt: latest.verifiedAt },
    },
    transitions: row === null ? [] : (state?.transitions(name, TRANSITIONS) ?? []),
  };
}

function settingsOf(config: Config): ReportFacts['settings'] {
  const { snapshots, vault, retention } = config;
  return {
    loginMode: config.loginMode,
    schedule: snapshots.schedule,
    afterLogin: snapshots.afterLogin,
    keep: Object.entries(snapshots.keep)
      .map(([name, count]) => `${name}=${count}`)
      .join(','),
    vault: storeUrl(vault.location),
    keyFile: vault.keyFile,
    warnBytes: config.storageWarnBytes,
    trimBytes: config.storageTrimBytes,
    minFreeBytes: config.diskMinFreeBytes,
    webVersion: config.webVersion,
    trashDays: retention.trashDays,
  };
}

function codeOf({ codeDir, paths }: Ground): NamedOnDisk[] {
  const folder = codeDir ?? codeBeside(paths);
  return folder === null ? [] : namedFolders(folder, paths).named;
}

async function weight(folder: string): Promise<number> {
  return measureProfile(folder).then(
    ({ bytes }) => bytes,
    () => 0,
  );
}

function foldersIn(folder: string): number {
  return namesIn(folder).filter((name) => lstatSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory())
    .length;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
