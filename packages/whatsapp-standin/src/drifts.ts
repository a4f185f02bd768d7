/**
 * What WhatsApp's page may do otherwise than the page that LeadMaster was built against: each drift is a switch of the page,
 * by name, in any combination. A *page* is a date: the drifts that every build of that time has.
 */

/**
 * - `neutral`: everything must work with it.
 * - `limiting`: the named feature is off, everything else works.
 * - `terminal`: the session comes to rest in the named state.
 */
export type DriftKind = 'neutral' | 'limiting' | 'terminal';

export interface Drift {
  readonly kind: DriftKind;
  /** What the page does, in one line. */
  readonly plays: string;
  /** The feature that is off (`limiting`), in the words of a session's capabilities. */
  readonly feature?: string;
  /** Where a session comes to rest (`terminal`), and its reason. */
  readonly state?: string;
  readonly reason?: string;
  /** The drift takes a value (`name=value`); this one holds when none is given. */
  readonly value?: string;
  /** The only values there are, where not any text will do. */
  readonly values?: readonly string[];
  /** Makes no sense on the page of April. */
  readonly septemberOnly?: true;
}

export const DRIFTS = {
  'msgkey-renamed': { kind: 'neutral', plays: 'keys of messages keep their text under $1' },
  'msgkey-renamed-other': {
    kind: 'neutral',
    plays: 'keys of messages keep their text under another name',
    value: '$3',
  },
  'msgkey-uncached': { kind: 'neutral', plays: 'keys of messages keep no text; toString() joins it' },
  'msgkey-late': { kind: 'neutral', plays: 'the class of message keys is registered after login; keys exist before' },
  'wid-renamed': { kind: 'limiting', plays: 'ids of people keep their text under another name', feature: 'ids' },
  'media-id': { kind: 'neutral', plays: 'the model of a medium owns a private __x_id' },
  'download-mimetype': { kind: 'neutral', plays: 'a download wants its mimetype' },
  'errors-minified': { kind: 'neutral', plays: 'errors of the page have a name and a message of one letter' },
  'module-missing': {
    kind: 'limiting',
    plays: 'one module is gone: "listener" (events), "send" (texts), or a module by its name',
    feature: 'inbound',
    value: 'listener',
  },
  'modules-late': { kind: 'neutral', plays: 'modules appear over some seconds after require does' },
  'version-late': {
    kind: 'neutral',
    plays: 'window.Debug.VERSION, and the start of the page, come that many seconds after its modules',
    value: '0.5',
  },
  'version-absent': { kind: 'neutral', plays: 'there is no window.Debug' },
  'unsupported-browser': {
    kind: 'neutral',
    plays: 'a headless user agent ("always": any) gets a page without an app',
    value: 'headless',
    values: ['headless', 'always'],
  },
  'ready-early': { kind: 'neutral', plays: 'the sync ends before any library can listen' },
  'self-reload': {
    kind: 'neutral',
    plays: 'the page reloads itself some time after a fresh link, and while it shows QRs',
  },
  'iframe-navigates': { kind: 'neutral', plays: 'a frame of the page navigates now and then' },
  'status-read-revokes': {
    kind: 'neutral',
    plays: 'reading status@broadcast before the first self-reload ends in a logout',
  },
  lid: {
    kind: 'neutral',
    plays: 'numbers answer with a LID and chats go by it ("sibling": ticks come to the other id of the chat)',
    value: 'chats',
  },
  'no-lid': { kind: 'limiting', plays: 'a number that exists has no LID: no chat can be made for it', feature: 'text' },
  passkey: {
    kind: 'terminal',
    plays: 'linking wants a passkey, which only a visible browser can give',
    state: 'PASSKEY_REQUIRED',
    reason: 'passkey_required',
  },
  integrity: {
    kind: 'neutral',
    plays: 'a living session is asked to prove itself: a preference and a window that stays',
  },
  timelock: {
    kind: 'limiting',
    plays: 'new chats are locked for that many minutes; a text into one is refused, and the chat stays new',
    feature: 'newChats',
    value: '60',
  },
  capping: {
    kind: 'limiting',
    plays: 'the number of new chats is used up',
    feature: 'newChats',
    value: 'CAPPED',
    values: ['NONE', 'FIRST_WARNING', 'SECOND_WARNING', 'CAPPED'],
  },
  'whats-new': { kind: 'neutral', plays: 'a window over the app tells what is new' },
  'storage-full': {
    kind: 'terminal',
    plays: 'a window says that the disk is full: first Reload, then Log out',
    state: 'DISCONNECTED_RECOVERABLE',
    reason: 'storage_full',
  },
  'tos-3': {
    kind: 'terminal',
    plays: 'the terms were refused: the page logs itself out',
    state: 'QR_REQUIRED',
    reason: 'terms_refused',
  },
  'logout-bare-reload': {
    kind: 'neutral',
    plays: 'a logout ends in a reload without parameters ("silent": and no command tells of it)',
    value: 'heard',
    values: ['heard', 'silent'],
  },
  'logout-reason': {
    kind: 'terminal',
    plays: 'the page erases its login by itself and goes to /?logout_reason=N (0 to 3)',
    state: 'AUTH_FAILURE',
    reason: 'page_erased_login',
    value: '0',
    values: ['0', '1', '2', '3'],
  },
  'states-2026': { kind: 'neutral', plays: 'the states of 2026: PROXYBLOCK and SCREEN_LOCKED exist, TIMEOUT does not' },
  'schema-downgrade': {
    kind: 'terminal',
    plays:
      'the page knows a database that many steps older than its date, and erases the login when it finds a newer one',
    state: 'AUTH_FAILURE',
    reason: 'page_erased_login',
    value: '7',
  },
  'schema-upgrade': { kind: 'neutral', plays: 'the page raises the number of its database', value: '1' },
  'assets-gone': {
    kind: 'limiting',
    plays: 'a script of the page answers 404: "eager" (it does not start) or "lazy" (it never syncs)',
    feature: 'ready',
    value: 'eager',
    values: ['eager', 'lazy'],
  },
  'pin-escapes': { kind: 'neutral', plays: 'after /?logout_reason=N the live page comes, not the pinned one' },
  'versions-mixed': { kind: 'neutral', plays: 'pages that load at the same time get different builds' },
  'ack-failed': { kind: 'limiting', plays: 'a text is taken and then refused by the server (-1)', feature: 'text' },
  'clock-after-crash': { kind: 'neutral', plays: 'what was stored and not sent is not sent again at the next login' },
  'forward-lazy': { kind: 'neutral', plays: 'the forward module exists only once its component is loaded' },
} as const satisfies Record<string, Drift>;

export type DriftName = keyof typeof DRIFTS;

/** The pages that can be played, with the drifts that each has by itself. */
export const PAGES = {
  april: [],
  september: [
    'msgkey-renamed',
    'media-id',
    'download-mimetype',
    'version-late',
    'self-reload',
    'lid',
    'logout-bare-reload',
    'states-2026',
  ],
} as const satisfies Record<string, readonly DriftName[]>;

export type PageDate = keyof typeof PAGES;

/** Splits `name`, `name=value` or `-name` (which takes a drift of the page away); null when there is no such drift. */
export function parseDrift(text: string): { name: DriftName; off: boolean; value: string | null } | null {
  const match = /^(-?)([a-z0-9-]*[a-z0-9])(?:=(.*))?$/.exec(text);
  const name = match?.[2] ?? '';
  if (match === null || !Object.hasOwn(DRIFTS, name)) return null;
  const drift: Drift = DRIFTS[name as DriftName];
  if (match[3] !== undefined && drift.value === undefined) return null;
  if (match[3] !== undefined && drift.values !== undefined && !drift.values.includes(match[3])) return null;
  return { name: name as DriftName, off: match[1] === '-', value: match[3] ?? drift.value ?? null };
}

/** Each drift in force with its value, or `true` where it takes none. */
export type DriftsInForce = Partial<Record<DriftName, string | true>>;

/** The drifts in force: those of the page, and what was asked for on top. */
export function driftsInForce(page: PageDate, asked: readonly string[]): DriftsInForce {
  const inForce: DriftsInForce = {};
  for (const text of [...PAGES[page], ...asked]) {
    const drift = parseDrift(text);
    if (drift === null) throw new Error(`no drift '${text}'`);
    if (drift.off) delete inForce[drift.name];
    else inForce[drift.name] = drift.value ?? true;
  }
  return inForce;
}

/** Why a text is no drift, with the names that come near it, or all of them when none does. */
export function noSuchDrift(text: string): string {
  const name = text.replace(/^-/, '').replace(/=.*$/, '');
  if (Object.hasOwn(DRIFTS, name)) return `drift '${text}': ${valuesOf(DRIFTS[name as DriftName])}`;
  const names = Object.keys(DRIFTS);
  const near = names.filter((known) => isNear(name, known));
  return `no drift '${name}'; ${near.length > 0 ? 'near it are' : 'there are'}: ${(near.length > 0 ? near : names).join(', ')}`;
}

function valuesOf(drift: Drift): string {
  if (drift.values) return `its value is ${drift.values.join(', ')}`;
  return drift.value === undefined ? 'it takes no value' : 'its value is a text';
}

/** Shares a word with it, or differs in two letters at most. */
function isNear(name: string, known: string): boolean {
  const words = known.split('-');
  return name.split('-').some((word) => word.length > 2 && words.includes(word)) || distance(name, known) <= 2;
}

/** How many letters must be put in, taken out or changed to make one text of the other. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The table for people, as Markdown: name, kind, what it plays. */
export function driftTable(): string {
  const rows = Object.entries(DRIFTS).map(
    ([name, drift]) => `| \`${name}\` | ${describeKind(drift)} | ${drift.plays} |`,
  );
  return ['| drift | kind | what it plays |', '|---|---|---|', ...rows].join('\n');
}

function describeKind(drift: Drift): string {
  if (drift.kind === 'limiting') return `limiting: ${drift.feature}`;
  return drift.kind === 'terminal' ? `terminal: ${drift.state}, ${drift.reason}` : drift.kind;
}
