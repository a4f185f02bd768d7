import { errorText } from '@leadmaster/protocol';
import { type BuildRow, type BuildSession, KeptPages, LIFE_MS } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** How long before WhatsApp removes a build's files the doctor warns. */
const WARN_MS = 10 * 86_400_000;

/** Builds of WhatsApp Web that sessions are bound to and that will not live long, and those that run otherwise than wanted. */
export async function checkBuilds({ state, config, machine, browsers, paths }: Installation): Promise<Finding[]> {
  if (state === null) return [];
  const rows = new Map(state.builds.all().map((row) => [row.build, row]));
  const live = new Set(browsers.map(({ session }) => session));
  const sessions = state.builds.sessions().filter(({ session }) => live.has(session));
  const bound = new Set([config.webVersion, ...sessions.map(({ wanted }) => wanted)].filter((build) => build !== null));
  const now = machine.now().getTime();
  const pages = new KeptPages(paths.webCache);
  const damage = await Promise.all([...bound].map((build) => damaged(build, pages)));
  return [
    ...damage.flat(),
    ...[...bound].flatMap((build) => ending(rows.get(build), now)),
    ...sessions.flatMap(escaped),
    ...sessions.flatMap((each) => bad(each, rows)),
  ];
}

function ending(row: BuildRow | undefined, now: number): Finding[] {
  if (row === undefined) return [];
  const end = Date.parse(row.firstSeenAt) + LIFE_MS;
  if (now < end - WARN_MS) return [];
  const about = { build: row.build, until: new Date(end).toISOString().slice(0, 10) };
  return [found('warning', 'build_ends', row.build, about)];
}

async function damaged(build: string, pages: KeptPages): Promise<Finding[]> {
  try {
    await pages.read(build);
    return [];
  } catch (error) {
    return [found('problem', 'build_damaged', build, { build, why: errorText(error) })];
  }
}

function escaped({ session, wanted, running }: BuildSession): Finding[] {
  if (wanted === null || running === null || wanted === running) return [];
  return [found('warning', 'build_escaped', session, { session, wanted, running })];
}

function bad({ session, running }: BuildSession, rows: ReadonlyMap<string, BuildRow>): Finding[] {
  const row = running === null ? undefined : rows.get(running);
  if (row?.verdict !== 'bad') return [];
  return [found('warning', 'build_bad', session, { session, build: row.build, why: row.reason })];
}
