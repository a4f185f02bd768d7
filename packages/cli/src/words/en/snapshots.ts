/** Snapshots: their list, what one is, what is done with one; and what the vault holds. */
export const snapshots = {
  session: 'SESSION',
  head: [
    'ID',
    'WHEN',
    'AGE',
    'KIND',
    'SIZE',
    'NEW',
    'STORED',
    'PAUSE',
    'CHROMIUM',
    'REASON',
    'ACCOUNT',
    'WRITTEN BY',
    'VERIFIED',
  ],
  taken: (name: string, id: string) => `${name}: snapshot ${id}`,
  fresh: (size: string) => `${size} new`,
  stored: (size: string) => `${size} stored`,
  took: (time: string) => `took ${time}`,
  named: (id: string, at: string, facts: string) => `snapshot ${id} of ${at} (${facts})`,
  noBrowserRan: 'no browser ran',
  /** How its processes were stopped. */
  pausedBy: { cgroup: 'frozen by the kernel', sigstop: 'stopped by a signal' },
  paused: (time: string, how: string) => `paused ${time} (${how})`,
  noneOfAll: 'There is no session to take a snapshot of.',
  noneTakenOf: (names: string) => `No snapshot was taken of ${names}.`,
  oneOrAll: 'Give one session, or --all.',
  none: (name: string | undefined) =>
    `No snapshots yet. Take the first: ./leadmaster snapshot create ${name ?? 'NAME'}`,
  facts: {
    taken: 'taken',
    kind: 'kind',
    account: 'account',
    size: 'size',
    copy: 'copy',
    profile: 'profile',
    verified: 'verified',
    counted: 'counted',
  },
  sizeIn: (size: string, files: string, fresh: string, stored: string) =>
    `${size} in ${files}; ${fresh} new, ${stored} stored`,
  profileOf: (generation: number, chromium: string | null) =>
    `generation ${generation}, Chromium ${chromium ?? 'unknown'}`,
  databases: 'Databases',
  beforeAndAfter: (before: string, after: string) => `${before} before the copy, ${after} after it`,
  nothing: 'nothing',
  rowsAndItems: (rows: number, items: number) => `${rows} rows and ${items} items`,
  fileHead: ['TYPE', 'MODE', 'BYTES', 'PATH'],
  latestIs: (name: string, problem: string) =>
    `${name}: "latest" is the newest that can be read, and may not be the newest: ${problem}`,
  couldBe: (text: string, ids: string) => `${text} could be any of ${ids}.`,
  writeMore: 'Write more of it.',
  hasNone: (name: string) => `${name} has no snapshot.`,
  hasNoneSuch: (name: string, id: string) => `${name} has no snapshot ${id}.`,
  rolledBack: (name: string, detail: string) => `${name} has no snapshot. ${detail}`,
  putBackHint: (name: string) => `If that copy was put back on purpose: ./leadmaster vault accept ${name}`,
  takeOne: (name: string) => `Take one: ./leadmaster snapshot create ${name}`,
  listThem: (name: string) => `List them: ./leadmaster snapshot list ${name}`,
  good: (name: string, id: string) => `Snapshot ${id} of ${name} is good.`,
  newerUnread: (name: string, problem: string) => `${name}: a newer one cannot be read: ${problem}`,
  goodNewest: (id: string) => `${id} is good, the newest that is.`,
  notGood: (name: string, id: string) => `Snapshot ${id} of ${name} is not good.`,
  newestUnread: (name: string, then: string) => `The newest snapshot of ${name} cannot be read. ${then}`,
  seeBoth: (name: string) => `See ./leadmaster snapshot list ${name}, and ./leadmaster doctor.`,
  unreadRecord: (number: string) => `record ${number}, which cannot be read,`,
  askDelete: (what: string, name: string) => `Delete ${what} of ${name}? It cannot be brought back.`,
  deleted: (id: string, name: string) => `Snapshot ${id} of ${name} is deleted.`,
  askPrune: (name: string | undefined) =>
    `Forget the snapshots of ${name ?? 'all sessions'} that SNAPSHOT_KEEP does not keep?`,
  nothingToPrune: 'There is nothing to prune: the vault holds no session.',
  forgotten: (ids: readonly string[]) => (ids.length === 0 ? 'nothing forgotten' : `forgotten ${ids.join(', ')}`),
  pruned: (name: string, gone: string, freed: string, packs: string, rewritten: number) =>
    `${name}: ${gone}; ${freed} freed (${packs} deleted, ${rewritten} rewritten)`,
};

export const restore = {
  ask: (name: string, snapshot: string, restart: boolean) =>
    `${restart ? `${name} is stopped if it runs, and goes` : `${name} goes`} back to ${snapshot}.\n` +
    'If it has a profile now, that goes to the trash; what has come since then is not in the snapshot. Restore?',
  isBack: (name: string, snapshot: string) =>
    `${name} is back at ${snapshot}; a profile that it had before is in the trash.`,
  anyway: (command: string) => `To restore anyway: ${command}`,
  extracted: (target: string, files: string, size: string, id: string, name: string) =>
    `${target}: ${files}, ${size}, of snapshot ${id} of ${name}.`,
  theyHoldTheLogin: 'They hold the login: keep them private, and never run them beside the session.',
  amongSessions: (target: string, tokens: string) =>
    `${target} lies among the sessions of ${tokens}, and what is written out of a snapshot is a second copy of a login.`,
  nameElsewhere:
    'Name a folder elsewhere. To bring the session back here, leave --to out; on another machine, "./leadmaster export" and "import".',
};

export const recover = {
  head: ['SESSION', 'SNAPSHOTS', 'LAST', 'WHEN', 'AGE', 'SIZE', 'VERIFIED', 'HERE'],
  gone: { deleted: 'deleted', moved: 'moved' },
  namesOrAll: 'Give names or --all, not both.',
  label: 'recover',
  notBroughtBack: (names: string) => `Not brought back: ${names}.`,
  nothingMissing: 'Nothing that the vault holds is missing here.',
  ask: 'Which should be brought back? (names, "all", or nothing) ',
  all: ['all'],
  bringBack: 'Bring them back: ./leadmaster recover NAME..., or --all',
  leftOut: (names: string) => `Left out, as they were deleted or moved on purpose: ${names}.`,
  oneAnyway: (name: string | undefined) => `To bring one back anyway: ./leadmaster recover ${name}`,
  listIt: 'List what it holds: ./leadmaster recover',
  holdsNothing: (name: string) => `The vault holds nothing of ${name}.`,
  holdsNone: 'The vault holds no session.',
  askRetired: (which: string) =>
    `${which}: is the machine that ran this gone for good, or will it never run it again?\n` +
    'Two machines with one login take it from each other, and the phone has to scan again. Type yes: ',
  retiredHint: 'Once no other machine runs these sessions, and none ever will again: --origin-retired',
  confirmRetired: (which: string) => `Confirm that the machine which ran ${which} will never run it again.`,
  from: (name: string, snapshot: string | null) => `${name}${snapshot === null ? '' : ` from ${snapshot}`}`,
  hubAlone: 'Give --hub alone: sessions are brought back by a command of their own.',
  hubHeld: (hub: string, at: string) =>
    `The vault also holds the hub ${hub}, saved ${at}. To bring it back, with the services down: ./leadmaster recover --hub ${hub}`,
  hubRuns: 'A hub is brought back with the services down.',
  stopFirst: 'Stop the service, give the command again, then start the service.',
  whichHub: (all: string) => `The vault holds several hubs: ${all}. Name one: --hub ID.`,
  holdsNoHub: (hub: string | null) => `The vault holds no hub${hub === null ? '' : ` ${hub}`}.`,
  hubBack: ({ hub, savedAt, tenants, keys, machines }: HubBack) =>
    `The hub ${hub} is back as it was ${savedAt}: tenants ${tenants}, keys ${keys}, machines ${machines}.`,
  hubNext:
    'Make sure that the lost hub never starts again, then start the services. A key that was made or revoked after that time is as it was then: look at the list of keys.',
};

/** What came back of a hub; the time as text. */
export interface HubBack {
  hub: string;
  savedAt: string;
  tenants: number;
  keys: number;
  machines: number;
}
