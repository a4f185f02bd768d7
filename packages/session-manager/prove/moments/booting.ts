import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { browsersOn } from '@leadmaster/capture/processes';
import type { Census } from '@leadmaster/protocol';
import type { Context } from '../../src/context.ts';
import { createDrillBrowser, type OfflineReading } from '../../src/engine/drill/drill-browser.ts';
import { Stage } from '../../test/real/harness.ts';
import { holesIn, numbersOf } from './load.ts';
import type { Moment } from './taking.ts';

const SETTLE_MS = 90_000;
const READ_MS = 120_000;

/** Enough time for anything, on a machine that is busy: what is slow is no failure here. */
export const PATIENT = {
  PROBE_INTERVAL_S: '2',
  PROBE_DEADLINE_S: '45',
  LAUNCH_DEADLINE_S: '45',
  LOAD_DEADLINE_S: '45',
  SYNC_DEADLINE_S: '60',
  STOP_DEADLINE_S: '20',
  SNAPSHOT_SCHEDULE: 'off',
  SNAPSHOT_AFTER_LOGIN: 'off',
};

/** The settings by which a second machine finds the vault of the first. */
export interface VaultEnv {
  VAULT_URL: string;
  VAULT_KEY_FILE: string;
}

/** What became of a snapshot; every list is empty when all is well. */
export interface Boot {
  /** The session came up without a scan. */
  ready: boolean;
  /** It asked for a scan: the login was not in the copy. */
  loginLost: boolean;
  incomplete: string[];
  /** Rolled-back or doubled logins that the stand-in noticed. */
  accused: string[];
  leftBehind: string[];
  path: string;
}

/** Restores a snapshot into a machine of its own in the world of its moment, reads it offline, and starts it. */
export async function bootMoment(moment: Moment, vault: VaultEnv): Promise<Boot> {
  const { session, snapshot, counted } = moment;
  await using stage = await Stage.open({ env: { ...PATIENT, ...vault }, standin: { state: moment.world } });
  await stage.start();
  const read = await readOffline(moment, stage.context);
  await stage.sessions.create({ name: session.name, start: false, metadata: {} });
  const restore = { start: true, restart: false, overwriteNewer: false };
  await stage.context.snapshots.restore(session.name, snapshot, restore);
  const { state } = await stage.sessions.settled(session.name, SETTLE_MS, AbortSignal.timeout(SETTLE_MS));
  const path = await stage.path(session.name);
  const ready = state === 'READY';
  const profile = join(stage.dataDir, 'tokens', session.name);
  const incomplete = [...damageOf(read), ...outside(read.census, counted)];
  if (ready) incomplete.push(...(await messagesMissing(stage, moment)));
  await stage.stop();
  return {
    ready,
    loginLost: path.some((step) => step.startsWith('QR_REQUIRED')),
    incomplete,
    accused: stage.clones(),
    leftBehind: browsersOn(profile).map(({ pid }) => `browser ${pid}`),
    path: path.join(' -> '),
  };
}

/** What the copy holds before it hears anything new. */
async function readOffline({ session, snapshot }: Moment, { vault, browsers }: Context): Promise<OfflineReading> {
  const folder = await mkdtemp(join(tmpdir(), 'leadmaster-moment-'));
  try {
    const copy = join(folder, 'profile');
    await (await vault.open()).restore(session.name, snapshot, copy);
    return await createDrillBrowser({ browsers }).read(copy, AbortSignal.timeout(READ_MS));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function damageOf({ census, readRows, login }: OfflineReading): string[] {
  const counted = Object.values(census.rows).reduce((sum, rows) => sum + rows, 0);
  return [
    ...login.flatMap(({ name, ok, detail }) => (ok ? [] : [`${name}: ${detail}`])),
    ...(readRows === counted ? [] : [`${readRows} of ${counted} rows can be read`]),
  ];
}

/** Stores whose rows are not between the two counts of the running page. */
function outside(found: Census, { before, after }: Moment['counted']): string[] {
  if (before === null || after === null) return ['the running page was not counted'];
  const stores = new Set([...Object.keys(before.rows), ...Object.keys(after.rows), ...Object.keys(found.rows)]);
  return [...stores].flatMap((store) => {
    const [had, one, other] = [found, before, after].map(({ rows }) => rows[store] ?? 0) as [number, number, number];
    const between = had >= Math.min(one, other) && had <= Math.max(one, other);
    return between ? [] : [`${store} has ${had} rows, the page counted ${one} and ${other}`];
  });
}

/** Holes in what the session has on its disk, once everything that waited for it has been delivered. */
async function messagesMissing({ world }: Stage, moment: Moment): Promise<string[]> {
  const { phone, partner } = moment.session;
  const stored = await world.phone(phone).stored(partner);
  const { letters } = moment.world.state;
  return (['in', 'out'] as const).flatMap((direction) => {
    const least = Math.max(0, ...numbersOf(letters, direction));
    const hole = holesIn(numbersOf(stored, direction), least);
    return hole === null ? [] : [`${direction}: ${hole}`];
  });
}
