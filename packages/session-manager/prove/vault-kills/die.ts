/**
 * Loaded into the service before anything else (`--import`): lets it die, by SIGKILL, just before or just after one
 * step of its work: a call that changes a file, a statement that changes the database, a signal to a browser. The plan is
 * a file, so that it can be made while the service runs; without one nothing happens.
 */
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { append, type Plan, readPlan, stepLabel } from './plan.ts';

const file = process.env.DIE_PLAN ?? '';
const counts = new Map<string, number>();
let current = '';

/** Counts a step of the plan that is in force, and dies when it is its turn. */
function step(label: string, when: Plan['when']): void {
  const plan = readPlan(file);
  if (plan === null || plan.when !== when) return;
  if (plan.id !== current) counts.clear();
  current = plan.id;
  const count = (counts.get(label) ?? 0) + 1;
  counts.set(label, count);
  if (plan.label === null) append(plan.log, label);
  else if (plan.label === label && plan.count === count) process.kill(process.pid, 'SIGKILL');
}

type Callable = (this: unknown, ...args: unknown[]) => unknown;

/** Puts steps around a function, which may be one that answers later. */
function wrap(owner: object, name: string, labelOf: (self: unknown, args: unknown[]) => string | null): void {
  const methods = owner as Record<string, Callable>;
  const original = methods[name];
  if (original === undefined) throw new Error(`there is no ${name} to put a step around`);
  methods[name] = function (this: unknown, ...args: unknown[]): unknown {
    const label = labelOf(this, args);
    if (label === null) return original.apply(this, args);
    step(label, 'before');
    const result = original.apply(this, args);
    if (!(result instanceof Promise)) {
      step(label, 'after');
      return result;
    }
    return result.then((value: unknown) => {
      if (typeof value === 'object' && value !== null) opened.set(value, String(args[0]));
      step(label, 'after');
      return value;
    });
  };
}

/** The paths of file handles. */
const opened = new WeakMap<object, string>();

const load = createRequire(import.meta.url);
const promises = load('node:fs/promises') as Record<string, Callable>;
const sync = load('node:fs') as Record<string, Callable>;
const toPath = (name: string) => (_: unknown, args: unknown[]) => stepLabel(name, args);
const isForWriting = (flags: unknown): boolean => typeof flags === 'string' && !/^rs?$/.test(flags);

/** The calls on paths that change what is on disk. */
const CALLS = ['rename', 'link', 'symlink', 'mkdir', 'rm', 'unlink', 'writeFile', 'copyFile', 'utimes', 'chmod'];

async function wrapFiles(): Promise<void> {
  await using handle = await (load('node:fs/promises') as typeof import('node:fs/promises')).open('/dev/null');
  const handles = Object.getPrototypeOf(handle) as object;
  for (const name of ['write', 'writeFile', 'sync', 'truncate']) {
    wrap(handles, name, (self) => stepLabel(name, [opened.get(self as object) ?? '']));
  }
  for (const name of CALLS) {
    wrap(promises, name, toPath(name));
    wrap(sync, `${name}Sync`, toPath(name));
  }
  // Opened for reading, it is no step, but a folder is synced by such a handle.
  wrap(promises, 'open', (_, args) => stepLabel(isForWriting(args[1]) ? 'open' : 'look', args));
}

function wrapDatabase(): void {
  const Database = load('better-sqlite3') as new (path: string) => { prepare(sql: string): object; close(): void };
  const database = new Database(':memory:');
  const statements = Object.getPrototypeOf(database.prepare('SELECT 1')) as object;
  database.close();
  wrap(statements, 'run', (self) => {
    const [verb = '', ...rest] = (self as { source: string }).source.trim().split(/\s+/);
    return `sql ${verb} ${rest.find((word) => !/^(OR|IGNORE|REPLACE|INTO|FROM)$/i.test(word)) ?? ''}`;
  });
}

if (file !== '') {
  await wrapFiles();
  wrapDatabase();
  wrap(process, 'kill', (_, [, signal]) => (signal === 'SIGSTOP' || signal === 'SIGCONT' ? `kill ${signal}` : null));
  syncBuiltinESMExports();
}
