import { hostname } from 'node:os';
import { join } from 'node:path';
import { redactAll } from '@leadmaster/protocol';
import {
  type Config,
  lstatOrNull,
  measureProfile,
  namesOrNull,
  realFs,
  type SessionRow,
} from '@leadmaster/session-manager/installation';
import { sequenceOf, storeUrl } from '@leadmaster/vault';
import { diagnose, type ToldFinding } from '../diagnosis.ts';
import { type Installation, type LookOptions, type ProfileFact, withInstallation } from '../installation.ts';
import { octal } from '../octal.ts';
import type { Language } from '../words/words.ts';
import { contentsOf } from './contents.ts';
import type { ReportedFinding, ReportedSession, ReportFacts } from './facts.ts';
import { orUnreadable } from './unreadable.ts';

export interface ReportOptions extends LookOptions {
  language: Language;
  version: string;
}

/** How many of a session's last changes of state are told. */
const TRANSITIONS = 5;

/**
 * Gathers what the report says, with the service up or down; needs no lock and changes nothing.
 *
 * @throws LeadMasterError `forbidden` where the data folder is closed to this user.
 */
export function gather(config: Config, options: ReportOptions): Promise<ReportFacts> {
  return withInstallation(config, options, async (installation) => redactAll(await factsOf(installation, options)));
}

async function factsOf(installation: Installation, { language, version }: ReportOptions): Promise<ReportFacts> {
  const { config, paths, machine, service, owner } = installation;
  return {
    at: machine.now().toISOString(),
    ...{ host: hostname(), version, dataDir: paths.root, tokens: paths.tokens, uid: owner },
    service: service === null ? null : { pid: service.pid, port: Number(service.about.port) || null },
    browser: await machine.browserVersion().catch(() => null),
    sessions: await sessionsOf(installation),
    trash: await orUnreadable(async () => ({
      count: (await foldersIn(paths.trash)).length,
      bytes: await sizeOf(paths.trash),
    })),
    webCache: await orUnreadable(async () => ({
      files: await namesIn(paths.webCache),
      bytes: await sizeOf(paths.webCache),
    })),
    disk: await orUnreadable(() => machine.room(paths.tokens)),
    settings: settingsOf(config),
    code: installation.code()?.named ?? [],
    findings: (await diagnose(installation, { language })).filter(isNotWell),
  };
}

function isNotWell(finding: ToldFinding): finding is ReportedFinding {
  return finding.severity !== 'ok';
}

async function sessionsOf(installation: Installation): Promise<ReportedSession[]> {
  const rows = installation.state?.sessions ?? [];
  const names = new Set([...rows.map(({ name }) => name), ...installation.profiles.map(({ name }) => name)]);
  const sessions: ReportedSession[] = [];
  for (const name of [...names].sort()) {
    const row = rows.find((one) => one.name === name) ?? null;
    const profile = installation.profiles.find((one) => one.name === name) ?? null;
    sessions.push(await sessionOf(installation, name, row, profile));
  }
  return sessions;
}

async function sessionOf(
  { paths, state, stateError }: Installation,
  name: string,
  row: SessionRow | null,
  profile: ProfileFact | null,
): Promise<ReportedSession> {
  const path = paths.session(name);
  const { account, generation, chromiumVersion } = profile?.record ?? {};
  return {
    name,
    path,
    state: row?.state ?? (stateError === null ? 'UNCLAIMED' : 'UNREADABLE'),
    reason: row?.reason ?? '',
    since: row?.since ?? null,
    account: account == null ? null : `${account.phone} ${account.name}`.trim(),
    generation: generation ?? null,
    chromium: chromiumVersion ?? null,
    // The service writes down signs of life once a minute; a state at once.
    lastReadyAt: (row?.state === 'READY' ? row.since : row?.lastReadyAt) ?? null,
    contents: profile === null ? null : await orUnreadable(() => contentsOf(path)),
    access: await orUnreadable(() => accessOf(path)),
    snapshots: stateError === null ? snapshotsOf(state, name) : { unreadable: stateError.message },
    transitions: row === null ? [] : (state?.transitions(name, TRANSITIONS) ?? []),
  };
}

function snapshotsOf(state: Installation['state'], name: string): ReportedSession['snapshots'] {
  const snapshots = (state?.snapshots(name) ?? []).sort((a, b) => sequenceOf(b.id) - sequenceOf(a.id));
  const [latest] = snapshots;
  return {
    count: snapshots.length,
    latest: latest === undefined ? null : { id: latest.id, at: latest.at, verifiedAt: latest.verifiedAt },
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
    webVersion: config.guard.isOn ? 'guarded' : config.webVersion,
    trashDays: retention.trashDays,
  };
}

async function accessOf(folder: string): Promise<{ mode: string; uid: number } | null> {
  const stat = await lstatOrNull(realFs, folder);
  return stat && { mode: octal(Number(stat.mode)), uid: Number(stat.uid) };
}

async function sizeOf(folder: string): Promise<number> {
  return (await measureProfile(folder)).bytes;
}

async function foldersIn(folder: string): Promise<string[]> {
  const folders: string[] = [];
  for (const name of await namesIn(folder)) {
    if ((await lstatOrNull(realFs, join(folder, name)))?.isDirectory()) folders.push(name);
  }
  return folders;
}

async function namesIn(folder: string): Promise<string[]> {
  return ((await namesOrNull(realFs, folder)) ?? []).sort();
}
