import type { MessageState, Session } from '@leadmaster/protocol';
import { reasons } from '@leadmaster/protocol/english';
import { audit } from './en/audit.ts';
import { bulk } from './en/bulk.ts';
import { keys } from './en/keys.ts';
import { machines } from './en/machines.ts';
import { places } from './en/places.ts';
import { sessionParts } from './en/session.ts';
import { tenants } from './en/tenants.ts';
import { sessionHint } from './en-hints.ts';

type State = Session['state'];

/** Everything that the page shows, in English. What a service says in English is shown as it is. */
export const en = {
  language: 'en' as 'en' | 'es',
  /** Of numbers and times. */
  locale: 'en',
  reasons,
  told: null as Told | null,
  hint: sessionHint as (session: Session) => string | null,

  app: {
    skip: 'Skip to the content',
    signOut: 'Sign out',
    language: 'Español',
    languageCode: 'es' as 'en' | 'es',
    theme: { auto: 'Theme: as the system', light: 'Theme: light', dark: 'Theme: dark' },
    operator: 'Operator',
    line: {
      connecting: 'Connecting',
      live: 'Live',
      lost: 'Connection lost. It is tried again.',
    },
    back: 'All sessions',
    loading: 'Loading',
    notHere: 'There is no such page.',
    close: 'Close',
    cancel: 'Cancel',
    copy: 'Copy',
    copied: 'Copied',
    tryAgain: 'Try again',
    none: 'none',
    never: 'never',
  },

  places,
  machines,
  tenants,
  keys,
  audit,

  problem: {
    what: 'What to do',
    code: 'Code',
    command: 'In a terminal:',
    undrawn: 'This part cannot be shown: the service has answered in another form than is agreed.',
  },

  signIn: {
    title: 'Sign in',
    intro: 'Paste a key of this hub: the admin key, or one that was made for you.',
    key: 'Key',
    submit: 'Sign in',
    signingIn: 'Signing in',
    link: 'Without a key at hand, print a link on the machine that runs LeadMaster:',
    command: './leadmaster open',
    keyFile: 'The admin key lies in data/admin.key there.',
    offered: 'Sign in by this link?',
    offeredText:
      'A page of another address has opened it. This browser then shows what belongs to the maker of the link: sign in only if you asked for it.',
  },

  states: {
    STOPPED: 'Stopped',
    INITIALIZING: 'Starting',
    RECONNECTING: 'Reconnecting',
    QR_REQUIRED: 'Waiting for a QR scan',
    PASSKEY_REQUIRED: 'Passkey needed',
    WRONG_ACCOUNT: 'Wrong account',
    AUTHENTICATED: 'Synchronising',
    READY: 'Ready',
    DISCONNECTED_RECOVERABLE: 'Disconnected, reconnecting',
    DISCONNECTED_LOGOUT: 'Unlinked',
    DISCONNECTED_BANNED: 'Banned by WhatsApp',
    AUTH_FAILURE: 'Login refused',
    STOPPING: 'Stopping',
    ERROR: 'Error',
    MOVED: 'Moved to another machine',
    UNCLAIMED: 'Unclaimed profile',
  } satisfies Record<State, string>,

  groups: {
    trouble: 'Needs you',
    passing: 'On the way',
    ready: 'Ready',
    resting: 'Stopped',
  },

  list: {
    title: 'Sessions',
    search: 'Search by name, number or account',
    state: 'State',
    tenant: 'Tenant',
    machine: 'Machine',
    allTenants: 'All',
    allMachines: 'All',
    ownTenant: 'The operator’s own',
    create: 'New session',
    count: (shown: number, all: number) =>
      shown === all ? `${all} ${all === 1 ? 'session' : 'sessions'}` : `${shown} of ${all} sessions`,
    noMatch: 'No session fits the search.',
    clear: 'Clear search and filters',
    since: (time: string) => `for ${time}`,
    snapshot: 'Snapshot',
    proven: 'proven',
    notProven: 'not proven',
    damaged: 'damaged',
    noSnapshot: 'no snapshot',
    snapshotFailed: 'last snapshot failed',
    lastIn: 'In',
    lastAck: 'Acknowledged',
    lastProbe: 'Probed',
    build: 'Build',
    size: 'Disk',
    growth: (size: string) => `+${size}/d`,
    memory: 'Memory',
    notLinked: 'not linked',
    silent: 'Its machine does not answer',
    before: (state: string) => `Before: ${state}`,
    silentHint: (machine: string | null) =>
      machine === null
        ? 'What is shown is from before. Ask the operator.'
        : `What is shown is from before; the session may run on without the hub. See that ${machine} is on and that its service runs.`,
    oldNews: (time: string) => `No news for ${time}`,
    restricted: 'WhatsApp lets it open no new chats',
    listensOnly: 'only listens',
  },

  bulk,

  empty: {
    title: 'Link the first WhatsApp account',
    text: 'A session is one WhatsApp account, linked once and then kept alive: it comes back by itself after a crash, a restart or a power cut.',
    steps: [
      'Give the session a name.',
      'Scan its QR with the phone: WhatsApp, Settings, Linked devices.',
      'Send a first message from here.',
    ],
    create: 'Make a session',
    alsoCli: 'Or in a terminal:',
    program: 'By a program',
    programText: 'A key lets a program do the same. With one, this makes the session:',
    makeKey: 'Make a key',
    docs: 'All calls of the API',
  },

  create: {
    title: 'New session',
    name: 'Name',
    rule: 'Lower-case letters, digits, - and _; for a tenant’s session the tenant and a dot before it: acme.ventas',
    badName: 'This is not a session name.',
    machine: 'Machine',
    anyMachine: 'Where there is most room',
    submit: 'Make and start it',
    submitting: 'Making it',
  },

  actions: {
    start: 'Start',
    stop: 'Stop',
    restart: 'Restart',
    link: 'Link',
    showQr: 'Show QR',
    settle: 'Settle the account',
    restore: 'Restore a snapshot',
    snapshot: 'Take a snapshot',
    capabilities: 'See what the page can do',
    storage: 'See its size',
    events: 'See its events',
    trim: 'Trim caches',
    accept: 'Keep this account',
    unlink: 'Remove this link',
    startLifted: 'Start: the ban is lifted',
    machines: 'See the machine',
    startRetired: 'Start: the other place is retired',
    startOlder: 'Start with the older login',
    working: 'Working',
  },

  session: {
    machine: 'Machine',
    tenant: 'Tenant',
    attempts: (count: number, at: string | null) =>
      at === null ? `Attempt ${count}` : `Attempt ${count}, the next in ${at}`,
    sections: {
      linking: 'Link the phone',
      overview: 'Overview',
      storage: 'Storage',
      snapshots: 'Snapshots',
      messages: 'Messages',
      timeline: 'Timeline',
      events: 'Events',
      settings: 'Settings',
      danger: 'Danger zone',
    },
    gone: 'This session is not here, or not for your key.',
  },

  linking: {
    steps: [
      'Open WhatsApp on the phone.',
      'Settings (or the three dots), then Linked devices, then Link a device.',
      'Point the camera at this code.',
    ],
    qrAlt: (name: string) => `QR code that links ${name}`,
    expires: (seconds: number) => `A new code comes in ${seconds} s`,
    expired: 'The next code is on its way',
    waiting: 'The browser is starting; the code appears here by itself.',
    byCode: 'Without a camera: by a code',
    phone: 'The phone’s number, with country code',
    phoneHint: 'Digits alone: 5491100000001',
    getCode: 'Get a code',
    codeHint: 'On the phone: Linked devices, Link a device, Link with phone number instead. Type this code there.',
    codeExpires: (time: string) => `Valid for ${time} more.`,
    passkey:
      'WhatsApp wants a passkey of this account. Its owner gives it in a visible browser: docs/passkeys.md has the steps.',
    wrongElsewhere:
      'This account is linked in another session too, and they would take it from each other. Nothing is sent until you decide.',
    rightIs: (account: string) => `The session belongs to: ${account}`,
    wrongIs: (account: string) => `Linked now: ${account}`,
    unlinks: 'The link is removed at WhatsApp, its profile goes to the trash, and a new QR is shown.',
    accepts: 'The session belongs to this account from now on, and messages that came in meanwhile are told.',
    wrong: 'Another account was linked than the one this session belongs to. Nothing is sent until you decide.',
  },

  health: {
    title: 'Signs of life',
    lastProbe: 'Last probe of the page',
    lastInbound: 'Last message in',
    lastAck: 'Last acknowledgement',
    lastReady: 'Became ready',
    browser: 'Browser',
    build: 'WhatsApp Web build',
    capabilities: 'What the page can do',
    notProbed: 'The page is probed when the session is ready.',
    verdicts: { ok: 'works', broken: 'broken', unknown: 'unknown' },
    features: {
      link: 'Linking',
      ready: 'Ready',
      ids: 'Message ids',
      text: 'Texts',
      media: 'Media',
      inbound: 'Incoming',
      catchUp: 'Catching up',
      chats: 'Chats',
      contacts: 'Contacts',
      groups: 'Groups',
      download: 'Downloads',
    },
    limits: 'New chats',
    limitStates: { open: 'allowed', locked: 'locked by WhatsApp', capped: 'used up' },
    allowed: 'What WhatsApp allows',
    noLimits: 'WhatsApp has not reported any limits of the account.',
    opensIn: (time: string) => `for ${time} more`,
    used: 'New chats opened',
    usedOf: (used: number, total: number) => `${used} of ${total}`,
    told: 'First reported',
    untried: (count: number) => (count === 1 ? '1 check could not be tried' : `${count} checks could not be tried`),
    missed: (count: number) => (count === 1 ? '1 check failed' : `${count} checks failed`),
  },

  storage: {
    growth: 'Growth',
    perDay: (size: string) => `${size} a day`,
    noGrowth: 'not known yet',
    warnAt: (size: string) => `warns at ${size}`,
    measured: (time: string) => `Measured ${time} ago`,
    classes: {
      critical: 'Login and messages',
      important: 'Kept in snapshots',
      optional: 'Caches of media',
      temporary: 'Temporary',
    },
    trimRunning: 'The session runs: it is stopped for the trim, and started again.',
    trimmed: (freed: string) => `${freed} freed`,
    files: (count: number) => `${count} files`,
    path: 'Folder',
  },

  snapshots: {
    take: 'Take a snapshot',
    none: 'There is no snapshot yet. One is taken soon after the account is linked, then every night.',
    noneYet: 'Take one now, so that nothing has to be scanned again if the disk dies.',
    stored: 'new in the vault',
    pause: 'pause',
    kinds: { essential: 'Essential', full: 'Full' },
    proven: (time: string) => `Proven ${time} ago`,
    notProven: 'Not proven yet',
    damaged: 'Damaged',
    verify: 'Verify',
    verifyHint: 'Reads every byte that it needs',
    verified: 'Every byte is there.',
    notGood: 'It is damaged; see the checks below.',
    restore: 'Restore',
    restoreTitle: (when: string) => `Restore the snapshot of ${when}?`,
    lost: (time: string) =>
      `The profile goes back by ${time}: chats and messages from after the snapshot are missing here until WhatsApp sends them again.`,
    kept: 'The profile in place goes to the trash first and can be brought back from there.',
    stops: 'The session is stopped for it, and started again.',
    unlinked:
      'WhatsApp has ended the link of this account: it most likely refuses the restored login, and a QR must be scanned. To scan one now is the shorter way.',
    newer:
      'The login in place is newer than this snapshot. WhatsApp may refuse the older one, and then the QR must be scanned again.',
    overwriteNewer: 'Restore the older login anyway',
    otherAccount: 'The snapshot is of another account.',
    restoreOther: 'Restore it anyway',
    restored: 'Restored.',
    delete: 'Delete',
    deleteTitle: (when: string) => `Delete the snapshot of ${when}?`,
    deleteText: 'It is gone for good. Other snapshots of the session stay.',
  },

  messages: {
    to: 'To',
    toHint: 'A number with country code, or a WhatsApp id',
    text: 'Text',
    send: 'Send',
    sending: 'Sending',
    notReady: 'Texts can be sent once the session is ready.',
    again: (time: string) => `Again in ${time}.`,
    onlyListens: 'The session only listens: sending is off, see its settings.',
    none: 'Nothing was sent from here yet.',
    sent: 'Sent lately',
    states: {
      QUEUED: 'Queued',
      SENDING: 'Sending',
      SENT: 'Sent',
      DELIVERED: 'Delivered',
      READ: 'Read',
      PLAYED: 'Played',
      FAILED: 'Failed',
      EXPIRED: 'Expired',
      UNCERTAIN: 'Uncertain',
    } satisfies Record<MessageState, string>,
    uncertain: 'WhatsApp did not answer: it may have been sent. Look at the chat before you send it again.',
    codes: {
      recipient_unknown: 'This number is not on WhatsApp.',
      account_restricted: 'The account may open no new chats now.',
      refused_by_whatsapp: 'WhatsApp refused it, and does not say why.',
      not_handed_over: 'It was never handed to WhatsApp: it can be sent again.',
      no_answer: 'WhatsApp did not answer.',
      sending_off: 'It was not sent: the session only listens.',
    },
  },

  timeline: { audit: 'Who ordered what', none: 'Nothing has happened yet.', showAll: 'Show all' },
  events: { none: 'Events appear here as they happen.', data: 'Data' },

  metadata: {
    none: 'Nothing is noted. Programs find a session again by its notes: a customer number, a branch.',
    key: 'Name',
    value: 'Value',
    add: 'Add a note',
    remove: (key: string) => `Remove ${key}`,
    save: 'Save',
  },

  danger: {
    logout: 'Log out',
    logoutText:
      'Unlinks the account at WhatsApp. A snapshot is taken first, and the profile goes to the trash. To use the session again, the phone scans a QR.',
    logoutTitle: (name: string) => `Log ${name} out?`,
    delete: 'Delete',
    deleteText:
      'Removes the session here. Its profile goes to the trash, from where it can be brought back until the trash is emptied; its snapshots stay. WhatsApp still lists the device.',
    deleteTitle: (name: string) => `Delete ${name}?`,
    type: (name: string) => `Type ${name} to confirm`,
  },

  time: {
    ago: (time: string) => `${time} ago`,
    in: (time: string) => `in ${time}`,
  },

  parts: sessionParts,
};

/** What a service says in English, in another language. */
export interface Told {
  errors: Readonly<Record<string, string>>;
  advice: Readonly<Record<string, string>>;
  actions: Readonly<Record<string, string>>;
}

/** Everything that the page shows. A language that lacks a text does not compile. */
export type Words = typeof en;
