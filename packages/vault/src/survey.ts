import { LeadMasterError } from '@leadmaster/protocol';
import type { ChainView } from './chain.ts';
import { isDamage, problemOf } from './failures.ts';
import type { SnapshotInfo } from './format/record.ts';
import type { Keyring, KnownSession } from './keyring.ts';
import { CHAINS, chainFolder, packFolder, packObject, parseRecordObject } from './names.ts';
import type { OpenedSession, OpenedSessions } from './opened-sessions.ts';
import type { VaultProblem } from './problems.ts';
import { passed } from './small.ts';
import type { BlobStore } from './store/blob-store.ts';

/** The sessions of a vault, whole or not. */
export interface Survey {
  names: string[];
  /** Sessions whose key cannot be read: `owner` is the hash that stands for the name. */
  unreadable: { name: string | null; owner: string; error: LeadMasterError }[];
}

/** The sessions that a vault holds, and those whose key cannot be read or was removed, by name if it is one of `heard`. */
export async function surveyOf(
  keyring: Keyring,
  opened: OpenedSessions,
  heard: readonly string[],
  signal?: AbortSignal,
): Promise<Survey> {
  const { sessions, unreadable } = await keyring.survey(signal);
  const names = new Map(heard.map((name) => [keyring.ownerOf(name), name]));
  const held = new Set([...sessions.map(({ name }) => keyring.ownerOf(name)), ...unreadable.map(({ owner }) => owner)]);
  const absent = [...names].filter(([owner]) => !held.has(owner));
  return {
    names: sessions.map(({ name }) => name),
    unreadable: [
      ...unreadable.map((one) => ({ ...one, name: names.get(one.owner) ?? null })),
      ...(await lostAmong(opened, absent, signal)),
    ],
  };
}

async function lostAmong(
  opened: OpenedSessions,
  absent: readonly [owner: string, name: string][],
  signal?: AbortSignal,
): Promise<Survey['unreadable']> {
  const lost: Survey['unreadable'] = [];
  for (const [owner, name] of absent) {
    await opened.refuseLost(name, signal).catch((error: unknown) => {
      if (!(error instanceof LeadMasterError) || error.code !== 'vault_rolled_back') throw error;
      lost.push({ owner, name, error });
    });
  }
  return lost;
}

/** Keys that cannot be read, and records whose session's key was removed. One list of the whole vault. */
export async function problemsOf(store: BlobStore, keyring: Keyring, signal?: AbortSignal): Promise<VaultProblem[]> {
  const { sessions, unreadable } = await keyring.survey(signal);
  const damaged = unreadable.map(({ error }) => problemOf(error));
  const known = new Set(sessions.map(({ keys }) => keys.session));
  const destroyed = new Set(await keyring.destroyedSessions(signal));
  const keyless = new Set<string>();
  for await (const { key } of store.list(CHAINS, passed(signal))) {
    const id = parseRecordObject(key)?.session;
    if (id !== undefined && !known.has(id) && !destroyed.has(id)) keyless.add(id);
  }
  const detail = 'There are records of a session whose key is gone: it was removed from the store, or cannot be read.';
  const strays = await keyring.strays(signal);
  const lost = [...keyless].map((id) => ({ kind: 'keyless' as const, object: chainFolder(id), detail }));
  return [...damaged, ...strays, ...lost];
}

/** What can be checked of a session cheaply: its records, the list of files of the newest snapshot, and the sizes of its packs. */
export async function glanceAt(
  store: BlobStore,
  { session, chain }: OpenedSession,
  signal?: AbortSignal,
): Promise<{ snapshots: SnapshotInfo[]; problems: VaultProblem[] }> {
  const view = await chain.view(signal);
  const problems = [...view.problems, ...(await missingPacks(store, session, view, signal))];
  const newest = view.live.at(-1);
  if (newest !== undefined) await chain.manifest(newest, signal).catch(noteDamage(problems));
  return { snapshots: view.live, problems };
}

async function missingPacks(
  store: BlobStore,
  { keys }: KnownSession,
  view: ChainView,
  signal?: AbortSignal,
): Promise<VaultProblem[]> {
  const sizes = new Map<string, number>();
  for await (const { key, bytes } of store.list(packFolder(keys.session), passed(signal))) sizes.set(key, bytes);
  return view.packs.flatMap(({ id, bytes }): VaultProblem[] => {
    const object = packObject(keys.session, id);
    const size = sizes.get(object);
    if (size === bytes) return [];
    if (size === undefined) return [{ kind: 'removed', object, detail: `${object} was removed from the store.` }];
    return [{ kind: 'damaged', object, detail: `${object} is of ${size} bytes, not of ${bytes}.` }];
  });
}

/** Takes damage for a problem, once. */
function noteDamage(problems: VaultProblem[]): (error: unknown) => void {
  return (error) => {
    if (!isDamage(error)) throw error;
    const problem = problemOf(error);
    if (!problems.some(({ object }) => object === problem.object)) problems.push(problem);
  };
}
