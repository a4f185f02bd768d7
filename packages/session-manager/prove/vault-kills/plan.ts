import { readFileSync, statSync, writeFileSync } from 'node:fs';

/** Which step a service shall die at; or, with `label` null, that it shall write down which steps it takes. */
export interface Plan {
  id: string;
  label: string | null;
  /** Which occurrence of the label, from 1. */
  count: number;
  when: 'before' | 'after';
  /** Where steps are written down, one label a line. */
  log: string;
}

// The functions before anything was wrapped.
const read = readFileSync;
const look = statSync;
const write = writeFileSync;

/** The plan that is in force; null when there is none. */
export function readPlan(file: string): Plan | null {
  if (look(file, { throwIfNoEntry: false }) === undefined) return null;
  return JSON.parse(read(file, 'utf8')) as Plan;
}

export function append(log: string, label: string): void {
  write(log, `${label}\n`, { flag: 'a' });
}

/** Names by their kind: ids, times and sessions would make each step one of its own. */
const KINDS: readonly [RegExp, string][] = [
  [/^.*\/(vault|staging|tokens|trash|locks)(\/|$)/, '$1$2'],
  [/^.*\/leadmaster-vault-kills-\w+/, 'data'],
  [/leadmaster-sqlite-\w+/, 'leadmaster-sqlite-*'],
  [/^(staging\/\w+)-[^/]*/, '$1'],
  [/^(trash\/)[^/]*/, '$1*'],
  [/[0-9a-f]{12,}[^/]*/g, '*'],
  [/\d+/g, '#'],
];

const OF_TWO_PATHS = ['rename', 'link', 'copyFile'];

/** What a call does, and to what kind of file. Null for a path that is no business of ours. */
export function stepLabel(name: string, args: readonly unknown[]): string | null {
  const paths = args.slice(0, OF_TWO_PATHS.includes(name) ? 2 : 1).map(String);
  const words = paths.map((path) => KINDS.reduce((text, [from, to]) => text.replace(from, to), path));
  if (name === 'look' || words.some((word) => word === '' || word.startsWith('/proc'))) return null;
  return `${name} ${words.map((word) => word.split('/').slice(0, 3).join('/')).join(' -> ')}`;
}
