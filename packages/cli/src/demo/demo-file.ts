import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '@leadmaster/session-manager/config';
import type { Words } from '../words/words.ts';

/** What a running demo leaves for the commands that are typed in another terminal. */
export interface DemoFile {
  pid: number;
  port: number;
  /** The control API of the stand-in's phones. */
  controlUrl: string;
  /** `CHROME_ARGS` of its service: how its browsers reach the stand-in. */
  chromeArgs: string;
}

/** The demo's own data folder, beside the real one and never in it. */
export function demoDir(dataDir: string): string {
  return `${dataDir}-demo`;
}

/** The data folder of the demo's second machine: inside that of the demo, so that both are moved and removed as one. */
export function secondDir(dir: string): string {
  return join(dir, 'second-machine');
}

/** What the real service keeps outside of its data folder, and the demo in its own. */
const ELSEWHERE = ['VAULT_URL', 'VAULT_KEY_FILE', 'DATABASE_URL', 'HUB_SECRET_FILE', 'HUB_URL'] as const;

/** The demo's own settings: what it makes belongs in its folder, not in the vault or the database of the real service. */
export function demoSettings(dir: string): Record<string, string> {
  return { LEADMASTER_DATA_DIR: dir, ...Object.fromEntries(ELSEWHERE.map((name) => [name, ''])) };
}

/**
 * Builds are tried as they are in earnest, in seconds instead of hours; what the environment says of them stays. Nothing is good before
 * what is missing in it was looked for twice, half a minute apart.
 */
export function guardSettings(env: Env): Record<string, string> {
  const quick = { WEB_VERSION: 'guarded', GUARD_TRIAL_S: '5', GUARD_QUIET_S: '45', GUARD_PAUSE_S: '0' };
  return Object.fromEntries(Object.entries(quick).map(([name, value]) => [name, env[name] || value]));
}

/** Warnings alone: of a line for each request, the link to the dashboard would be out of sight in seconds. What the environment says stays. */
export function logSettings(env: Env): Record<string, string> {
  return { LOG_LEVEL: env.LOG_LEVEL || 'warn' };
}

/** What the real service would use and the demo does not, a sentence each. */
export function unusedByDemo(env: Env, { service }: Words): string[] {
  return ELSEWHERE.filter((name) => env[name]).map(service.unusedByDemo);
}

function fileIn(dir: string): string {
  return join(dir, 'demo.json');
}

/** The demo that runs on this folder, or null. */
export function readDemo(dir: string): DemoFile | null {
  try {
    const demo: DemoFile = JSON.parse(readFileSync(fileIn(dir), 'utf8'));
    process.kill(demo.pid, 0);
    return demo;
  } catch {
    // None was started, or it ended without tidying up.
    return null;
  }
}

export function writeDemo(dir: string, demo: DemoFile): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const draft = `${fileIn(dir)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(demo)}\n`, { mode: 0o600 });
  renameSync(draft, fileIn(dir));
}

/** Removes what this process has written; another demo's stays. */
export function removeDemo(dir: string): void {
  if (readDemo(dir)?.pid === process.pid) rmSync(fileIn(dir), { force: true });
}
