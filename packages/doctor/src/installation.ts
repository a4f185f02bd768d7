import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { browsersOnAny, isOurs } from '@leadmaster/capture/processes';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import { errorCode } from '@leadmaster/service-kit/files';
import {
  accessHint,
  type BrowserRow,
  type Config,
  createProfileStore,
  type DataPaths,
  dataPaths,
  type LockOwner,
  livingOwner,
  type ProfileRecord,
  readState,
  type StateReading,
} from '@leadmaster/session-manager/installation';
import { type CodeOnDisk, codeBeside, namedFolders } from './code/named-folders.ts';
import { type Machine, thisMachine } from './machine.ts';

/** A profile folder as the checks see it. */
export interface ProfileFact {
  name: string;
  dir: string;
  record: ProfileRecord | null;
  /** Why there is no record, when one is there and cannot be read. */
  recordError: string | null;
  /** A browser runs on it, or a living process says that it holds its lock. */
  inUse: boolean;
}

/** A browser that runs on one of our profiles now. */
export interface LiveBrowser {
  session: string;
  pid: number;
  comm: string;
  /** The record of its launch, matched by pid and start time; null for one that this service has not started. */
  known: BrowserRow | null;
}

/**
 * One installation as it was when it was opened: what the doctor's checks judge and the report tells. Opening it changes
 * nothing.
 */
export interface Installation {
  config: Config;
  paths: DataPaths;
  machine: Machine;
  /** The folder of the operator's code, where one was named; null: the folder beside the data folder, if there is one. */
  codeDir: string | null;
  /** False: there is no data folder at all, and nothing to check in it. */
  exists: boolean;
  /** The user that the data folder belongs to: of the running service, else of the folder. Null where users have no numbers. */
  owner: number | null;
  /** The living process that holds the data folder; null when there is none. */
  service: LockOwner | null;
  /** Null without a database, and with one that cannot be read (`stateError`). */
  state: StateReading | null;
  stateError: LeadMasterError | null;
  profiles: ProfileFact[];
  browsers: LiveBrowser[];
  /** What the operator's code says of folders for sessions, read at the first call; null where there is no such code. */
  code(): CodeOnDisk | null;
  close(): void;
}

export interface LookOptions {
  /** The folder of the operator's code that is compared with the disk. */
  codeDir?: string | null;
  /** Answers in place of this machine's own. */
  machine?: Partial<Machine>;
}

/**
 * Opens an installation for the time of one work, which may read all of it.
 *
 * @throws LeadMasterError `forbidden` where the data folder is closed to this user.
 */
export async function withInstallation<T>(
  config: Config,
  options: LookOptions,
  work: (installation: Installation) => Promise<T>,
): Promise<T> {
  const installation = await openInstallation(config, options);
  try {
    return await work(installation);
  } finally {
    installation.close();
  }
}

/**
 * Opens an installation, with or without a service on it; needs no lock and changes nothing.
 *
 * @throws LeadMasterError `forbidden` where the data folder is closed to this user.
 */
async function openInstallation(config: Config, options: LookOptions = {}): Promise<Installation> {
  const { codeDir = null } = options;
  const machine = { ...thisMachine(config), ...options.machine };
  const paths = dataPaths(config.dataDir);
  const root = lstatSync(paths.root, { throwIfNoEntry: false });
  if (root !== undefined) refuseClosed(paths.root, root);
  const service = livingOwner(paths.dataLock);
  const { state, stateError } = openState(paths.database);
  try {
    const found = root === undefined ? [] : await profilesOf(paths);
    const browsers = browsersOf(found, state?.browsers ?? []);
    const isInUse = ({ name }: { name: string }): boolean =>
      browsers.some(({ session }) => session === name) || livingOwner(paths.sessionLock(name)) !== null;
    return {
      ...{ config, paths, machine, codeDir, service, state, stateError, browsers },
      code: codeReader(codeDir, paths),
      exists: root !== undefined,
      owner:
        machine.uid === null ? null : ((service === null ? null : machine.userOf(service.pid)) ?? root?.uid ?? null),
      profiles: found.map((profile) => ({ ...profile, inUse: isInUse(profile) })),
      close: () => state?.close(),
    };
  } catch (error) {
    state?.close();
    throw error;
  }
}

/** Reads the operator's code at its first call and never again. */
function codeReader(codeDir: string | null, paths: DataPaths): Installation['code'] {
  let read: { code: CodeOnDisk | null } | undefined;
  return () => {
    if (read === undefined) {
      const folder = codeDir ?? codeBeside(paths);
      read = { code: folder === null ? null : namedFolders(folder, paths) };
    }
    return read.code;
  };
}

/** Without access, one error with the way to get it. */
function refuseClosed(root: string, { uid: owner }: Stats): void {
  try {
    readdirSync(root);
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error))) throw error;
    const isOther = owner !== process.geteuid?.();
    throw new LeadMasterError(
      'forbidden',
      `The data folder ${root} is closed to this user (${errorText(error)})`,
      isOther
        ? `Give the command as the user who runs the service: sudo -u '#${owner}' ./leadmaster ...`
        : accessHint(root),
      { cause: error },
    );
  }
}

function openState(file: string): Pick<Installation, 'state' | 'stateError'> {
  try {
    return { state: readState(file), stateError: null };
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    return { state: null, stateError: error };
  }
}

async function profilesOf(paths: DataPaths): Promise<Omit<ProfileFact, 'inUse'>[]> {
  const profiles = createProfileStore({ dataDir: paths.root });
  const facts: Omit<ProfileFact, 'inUse'>[] = [];
  for (const { name } of await profiles.list()) {
    const fact = { name, dir: profiles.locate(name), record: null, recordError: null };
    facts.push(
      await profiles.readRecord(name).then(
        (record) => ({ ...fact, record }),
        (error: unknown) => ({ ...fact, recordError: errorText(error) }),
      ),
    );
  }
  return facts;
}

function browsersOf(profiles: readonly { name: string; dir: string }[], rows: readonly BrowserRow[]): LiveBrowser[] {
  const names = new Map(profiles.map(({ name, dir }) => [dir, name]));
  return browsersOnAny([...names.keys()]).map(({ profileDir, browser: { pid, comm, startTicks } }) => ({
    ...{ session: names.get(profileDir) ?? '', pid, comm },
    known: rows.find((row) => row.pid === pid && row.startTicks === startTicks && isOurs(row)) ?? null,
  }));
}
