/** Sessions: their list, their state in words, what is done with one. */
export const sessions = {
  head: ['NAME', 'STATE', 'FOR', 'ACCOUNT', 'DISK', 'MEMORY', 'SNAPSHOT', 'REASON'],
  none: 'No sessions yet.',
  makeTheFirst: 'Make the first: ./leadmaster qr NAME',
  noneHere: (first: string) => `There is no session yet. In another terminal: ${first}`,
  vaultHolds: (names: string, more: number) =>
    `The vault holds ${names}${more > 0 ? `, and ${more} more` : ''}: ./leadmaster recover`,
  takeOver: (command: string) => `Take it over in place: ${command}`,
  noSnapshot: 'no snapshot could be taken',
  needsYou: 'needs you',
  noTenant: 'no tenant',
  silent: 'machine silent, before',
  isSilent: (machine: string | null, since: string) =>
    `${machine === null ? 'A machine does' : `${machine} does`} not answer since ${since}. From before is what is shown of:`,
  lookThere: (machine: string) =>
    `See that ${machine} is on and that its service runs: ./leadmaster doctor there. Its sessions may run on without the hub, and are shown again as soon as it answers.`,
  askOperator: 'Ask the operator. They are shown again as soon as it answers.',
  waits: (name: string, tenant: string) =>
    `There is no tenant ${tenant}: only the operator reaches it. Add the tenant: ./leadmaster tenants create ${tenant} --accept-remains. Or delete it: ./leadmaster session delete ${name}`,
  failing: 'failing',
  restricted: (state: string, until: string | null) =>
    `WhatsApp lets it open no new chats (${state}${until === null ? '' : ` until ${until}`}); existing chats continue.`,
  is: (name: string, state: string, account: string | null, reason: string) =>
    `${name} is ${state}${account === null ? '' : ` as ${account}`}${reason === '' ? '' : ` (${reason})`}`,
  didNotStart: (name: string, reason: string) => `${name} did not start: ${reason}`,
  startIt: (name: string) => `Start it: ./leadmaster session start ${name}`,
  startsWithService: (command: string) => `It starts with the service: ${command}`,
  theyStartWithService: (command: string) => `They start with the service: ${command}`,
  askLogout: (name: string) => `Log ${name} out? Its phone will have to scan a QR again.`,
  askDelete: (name: string) => `Delete ${name}? A profile that it has here goes to the trash.`,
  askPurge: (name: string) =>
    `Delete ${name} AND DESTROY ALL ITS SNAPSHOTS? This vault can never show them again. Only a copy of the vault from before could, with its key.`,
  deleted: (name: string, purged: boolean) =>
    `${name} is deleted; a profile that it had here is in the trash${purged ? '; its snapshots are destroyed' : ''}.`,
  sending: (name: string, sending: 'on' | 'off') =>
    sending === 'on'
      ? `${name} may send.`
      : `${name} only listens: what comes in is told, and nothing is sent. What waited to be sent has failed.`,
  offAbove: (name: string) =>
    `The word of ${name} is noted; above it, sending is off for its tenant or its machine: ./leadmaster sessions ${name} --json shows which.`,
  onOrOff: 'Say on or off, behind the name of a session or with --tenant or --machine.',
  whatToSet: 'Say what to change: --metadata, --no-metadata, --expect or --no-expect.',
  listens: 'listens',
  acceptOrUnlink: 'Say --accept or --unlink.',
};

export const profiles = {
  notValid: (name: string) => `The profile of ${name} is not valid.`,
  notLinked: (name: string) => `${name} is not linked: it has no login yet.`,
  linkIt: (name: string) => `Link it: ./leadmaster qr ${name}`,
  checksTheDisk: (folder: string) => `The service is down; this checks the disk: ${folder}`,
  readsTheDisk: (folder: string) => `The service is down; this reads the disk: ${folder}`,
  noProfile: (name: string, path: string) => `There is no profile of ${name}: it would be ${path}.`,
  demoHasIt: 'The demo has one of that name: add --demo.',
  listThem: 'List what there is: ./leadmaster storage',
  unclaimed: (path: string, name: string) => `No session claims it yet: ./leadmaster adopt ${path} --name ${name}`,
  recentHead: ['AGO', 'BYTES', 'CLASS', 'FILE'],
  nothingChanged: (hours: number) => `Nothing was changed in the last ${hours} h.`,
  more: (count: number) => `${count} more; --limit shows up to 1000.`,
  trimmed: (name: string, freed: string, left: string) => `${name}: ${freed} freed, ${left} left.`,
  classes: { critical: 'critical', important: 'important', optional: 'optional', temporary: 'temporary' },
  /** What each class is worth, for those who see it the first time. */
  worth: {
    critical: 'the login and the messages; never trimmed',
    important: 'kept in snapshots; never trimmed',
    optional: 'cached media and scripts; trimmed',
    temporary: 'recreated by itself; trimmed',
  },
  classHead: ['CLASS', 'BYTES'],
  what: 'WHAT',
  folderHead: ['BYTES', 'FILES', 'CLASS'],
  folder: 'FOLDER',
  nameHead: ['NAME', 'BYTES'],
  perDay: 'PER DAY',
  aDay: (size: string) => `${size} a day`,
  noProfiles: 'There are no profiles yet. Make the first: ./leadmaster qr NAME',
  tooLarge: (name: string, limit: string, spare: string) =>
    `${name} is larger than STORAGE_WARN_MB (${limit}); up to ${spare} may go: ./leadmaster trim ${name}`,
  notLookedAt: (names: string) => `${names} could not be looked at.`,
};

export const pages = {
  featureHead: ['FEATURE', 'VERDICT', 'FAILED USES', 'WHY'],
  notProbed: (name: string) => `${name} has not been probed yet: that happens when it is READY.`,
  probed: (build: string | null, age: string) => `Build ${build ?? 'unknown'}, probed ${age} ago.`,
  verdicts: { ok: 'ok', broken: 'broken', unknown: 'unknown' },
  usedAnyway: 'used anyway',
  buildHead: ['BUILD', 'SESSIONS', 'VERDICT', 'REACH', 'KEPT', 'FIRST SEEN', 'LAST READY', 'WHY'],
  noBuild: 'No build was seen yet: start a session.',
};

export const place = {
  putBack:
    'The data folder is not the one that ran here last: it was put back from a backup, or its disk was exchanged for a copy.',
  was: (where: string) => `The data folder was ${where}.`,
  is: (where: string) => `The data folder is ${where}.`,
  seen: (path: string, host: string, since: string) => `${path} on ${host}, seen there since ${since}`,
  cannotTell: 'Its file system does not tell a copy from the folder itself: nothing waits for that.',
  noneWaits: 'No session waits for its place.',
  waiting: (names: string) => `Waiting: ${names}.`,
  noneOfThese: 'None of these sessions waits for the place of the data folder.',
  released: (names: string) => `Released: ${names}.`,
  stillWaiting: (names: string) => `Still waiting: ${names}`,
  startWithService: (command: string) => `Those that were to run start with the service: ${command}`,
  noneStarted: 'None of them is started.',
  started: (names: string) => `Started: ${names}.`,
  onItsWay: 'what was on its way here',
  ask: (which: string) =>
    `${which}: will the previous place never run them again? Two places with one login take it from each other, and the phone has to scan again. Type yes: `,
  notConfirmed: (which: string) => `It was not confirmed that the previous place never runs ${which} again.`,
  saySo: 'Once it never will, confirm it: --origin-retired',
};
