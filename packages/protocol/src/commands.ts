import type { Action, ActionFields } from './actions.ts';
import { shellWord } from './shell-word.ts';

/**
 * How each action is written as a command: the one table by which an action is printed, and by which the commands of a hint are read as
 * actions, so that words and data cannot differ. `{field}` is a value, `{field?}` one that may be left out, `{field*}` any number of
 * them; `[--flag field]` is there where the field is true, `[--flag {field}]` brings a value. Of two that begin alike the
 * longer one stands first.
 */
export const COMMANDS: Readonly<Record<Action['kind'], string>> = {
  start: 'session start {session} [--origin-retired originRetired] [--older-login olderLogin]',
  stop: 'session stop {session}',
  restart: 'session restart {session}',
  log_out: 'session logout {session}',
  delete: 'session delete {session} [--purge purge]',
  scan_qr: 'qr {session}',
  account_accept: 'account {session} --accept',
  account_unlink: 'account {session} --unlink',
  sending_on: 'sending {session} on',
  place_accept: 'place accept {sessions*} --origin-retired',
  snapshot_list: 'snapshot list {session?}',
  snapshot_create: 'snapshot create {session}',
  snapshot_verify: 'snapshot verify {session} {snapshot} [--drill drill]',
  snapshot_delete: 'snapshot delete {session} {snapshot}',
  snapshot_prune: 'snapshot prune {session?}',
  restore: 'snapshot restore {session} {snapshot?} [--start start]',
  export: 'export {session} {file} [--retire retire] [--force force]',
  transfer: 'transfer {session} [--to {to}] [--undo undo]',
  adopt: 'adopt {path} [--name {session}] [--move move]',
  recover: 'recover',
  trim: 'trim {session}',
  override: 'capabilities {session} --override {feature}',
  show_capabilities: 'capabilities {session}',
  show_sessions: 'sessions',
  show_events: 'events {session?}',
  show_builds: 'builds',
  show_storage: 'storage {session?}',
  show_place: 'where {session}',
  check: 'check {session}',
  key_copied: 'doctor --key-copied {copy?}',
  doctor: 'doctor [--fix fix]',
  vault_accept: 'vault accept {session?}',
  vault_create: 'vault create --new',
  vault_repair: 'vault repair',
  create_tenant: 'tenants create {name}',
  create_key: 'keys create {name} [--tenant {tenant}]',
  create_link: 'links create {session}',
  show_links: 'links list {session}',
  move: 'move {session} [--machine {machine}]',
  drain: 'machines drain {name} [--move move] [--undo undo]',
  peer_url: 'machines change {name} --peer-url {url}',
  show_machines: 'machines list',
  accept_log: 'machines change {name} --accept-log',
  open_dashboard: 'open',
  add_machine: 'machines add {name} {url} --token-file FILE',
};

const PROGRAM = './leadmaster';

/** A command in a hint, to the end of its quotes; what stands in a shell's quotes may hold any character. */
const COMMAND = /("?)\.\/leadmaster ((?:'[^']*'|\\'|[^"'\n\\])+)/g;

const KINDS = Object.keys(COMMANDS) as Action['kind'][];

type Part =
  | { is: 'word'; text: string }
  | { is: 'value'; field: string; how: '' | '?' | '*' }
  | { is: 'flag'; text: string; field: string; bringsValue: boolean };

type Fields = Record<string, unknown>;

const PARTS = new Map(KINDS.map((kind) => [kind, partsOf(COMMANDS[kind])]));

function partsOf(pattern: string): Part[] {
  return (pattern.match(/\[[^\]]+\]|\S+/g) ?? []).map((text): Part => {
    const [, flag, opening, option] = /^\[(\S+) ({?)(\w+)}?\]$/.exec(text) ?? [];
    if (flag !== undefined) return { is: 'flag', text: flag, field: option ?? '', bringsValue: opening === '{' };
    const [, field, how] = /^{(\w+)([?*]?)}$/.exec(text) ?? [];
    return field === undefined ? { is: 'word', text } : { is: 'value', field, how: (how ?? '') as '' | '?' | '*' };
  });
}

/** An action as the command that does it. What the operator fills in stands in capitals. */
export function commandOf(action: Action): string {
  const fields: Fields = { ...action };
  const words = (PARTS.get(action.kind) ?? []).flatMap((part) => printed(part, fields));
  return [PROGRAM, ...words].join(' ');
}

function printed(part: Part, fields: Fields): string[] {
  if (part.is === 'word') return [part.text];
  const value = fields[part.field];
  if (part.is === 'flag') {
    if (value === undefined) return [];
    return part.bringsValue ? [part.text, shellWord(String(value))] : [part.text];
  }
  if (Array.isArray(value)) return value.map((one) => shellWord(String(one)));
  if (value !== undefined) return [shellWord(String(value))];
  return part.how === '' ? [part.field.toUpperCase()] : [];
}

/** The actions that the commands in a hint name, in their order, each once. */
export function actionsIn(hint: string): Action[] {
  const found = [...hint.matchAll(COMMAND)].map(([, quote, text = '']) => actionOf(wordsOf(text, quote === '"')));
  const told = found.filter((action) => action !== null);
  return told.filter((one, at) => told.findIndex((other) => sameText(one, other)) === at);
}

/** The same as members beside the hint: none where it names no command. */
export function actionFieldsOf(hint: string): ActionFields {
  const [action, ...furtherActions] = actionsIn(hint);
  if (action === undefined) return {};
  return furtherActions.length === 0 ? { action } : { action, furtherActions };
}

function sameText(one: Action, other: Action): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The words of a command as a shell reads them; without quotes around it, up to the mark that ends its part of the sentence. */
function wordsOf(text: string, isQuoted: boolean): string[] {
  const words: string[] = [];
  for (const [raw] of text.matchAll(/(?:'[^']*'|\\'|[^\s'\\])+/g)) {
    const bare = isQuoted ? raw : raw.replace(/[.,;:)`\]]+$/, '');
    if (bare !== '')
      words.push(bare.replaceAll(/'([^']*)'|\\'/g, (quoted, inside?: string) => inside ?? quoted.slice(1)));
    if (bare !== raw) break;
  }
  return words;
}

function actionOf(words: readonly string[]): Action | null {
  for (const kind of KINDS) {
    const fields = read(PARTS.get(kind) ?? [], words);
    if (fields !== null) return { kind, ...fields } as Action;
  }
  return null;
}

/** What the words bring for the fields of a pattern; null where they are not of it. What comes after it is the sentence going on. */
function read(parts: readonly Part[], words: readonly string[]): Fields | null {
  const left = [...words];
  const fields: Fields = {};
  for (const part of parts) {
    if (part.is === 'word' && left.shift() !== part.text) return null;
    if (part.is === 'value' && !readValue(part, left, fields)) return null;
    if (part.is === 'flag') readFlag(part, left, fields);
  }
  return fields;
}

function readValue({ field, how }: Extract<Part, { is: 'value' }>, left: string[], fields: Fields): boolean {
  const next = left[0];
  const isThere = next !== undefined && !next.startsWith('--');
  if (how === '*') {
    const end = left.findIndex((word) => word.startsWith('--'));
    const values = left.splice(0, end < 0 ? left.length : end);
    const told = values.filter((value) => !isLeftOpen(value));
    if (told.length > 0) fields[field] = told;
    return true;
  }
  if (!isThere) return how === '?';
  left.shift();
  if (!isLeftOpen(next)) fields[field] = next;
  return true;
}

function readFlag({ text, field, bringsValue }: Extract<Part, { is: 'flag' }>, left: string[], fields: Fields): void {
  if (left[0] !== text) return;
  left.shift();
  const value = bringsValue ? left.shift() : undefined;
  if (!bringsValue) fields[field] = true;
  else if (value !== undefined && !isLeftOpen(value)) fields[field] = value;
}

/** NAME, ID, FILE: the operator puts something in its place. */
function isLeftOpen(word: string): boolean {
  return /^[A-Z]+$/.test(word);
}
