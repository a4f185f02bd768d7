import {
  type Census,
  type Check,
  type CheckName,
  errorText,
  LeadMasterError,
  type VerifyReport,
} from '@leadmaster/protocol';
import { deadline } from '@leadmaster/service-kit/wait';
import { isDamage, type SnapshotInfo } from '@leadmaster/vault';
import type { OfflineReading } from '../engine/drill/drill-browser.ts';
import { refuseOlderBrowser } from '../profile/browser-version.ts';
import type { SnapshotDeps } from './deps.ts';
import { linkOfSnapshot } from './own-link.ts';
import { stage } from './restore.ts';
import { extraOf, type Findings } from './snapshot-facts.ts';
import type { LongCall } from './snapshot-service.ts';
import { inStaging, stagingPath } from './staging.ts';

type NamedCheck = Check & { name: CheckName };

/** A browser that has not read the copy by then never will. */
const DRILL_MS = 180_000;
/** What an operator sees of a long list of damage; the log has all of it. */
const SHOWN = 5;

/**
 * Reads every byte the snapshot needs, and with `drill` boots a copy of it. Damage is an answer, and is remembered. Other
 * snapshots, newer or older, have no part in it.
 */
export async function verifySnapshot(
  deps: SnapshotDeps,
  session: string,
  info: SnapshotInfo,
  options: LongCall & { drill: boolean },
): Promise<VerifyReport> {
  const checks = options.drill
    ? await drill(deps, session, info, options)
    : [await readAll(deps, session, info, options)];
  const ok = checks.every((check) => check.ok);
  const failed = checks.filter((check) => !check.ok);
  deps.store.snapshots.verified(session, {
    id: info.id,
    at: info.at,
    link: linkOfSnapshot(deps, session, info),
    ok,
    drill: options.drill,
    ...(ok ? {} : { failed }),
  });
  deps.log[ok ? 'info' : 'error']({ session, id: info.id, drill: options.drill, failed }, 'snapshot verified');
  return { ok, checks };
}

async function readAll(deps: SnapshotDeps, session: string, info: SnapshotInfo, call: LongCall): Promise<NamedCheck> {
  const vault = await deps.vault.fresh();
  const { signal, onProgress } = call;
  const found = await vault.verify(session, info.id, {
    ...(signal === undefined ? {} : { signal }),
    onProgress: ({ bytes, totalBytes }) => onProgress?.({ phase: 'reading', done: bytes, total: totalBytes }),
  });
  if (found.ok)
    return { name: 'bytes', ok: true, detail: `${found.files} files, ${found.bytes} bytes read and proven` };
  const lines = found.damage.map(({ object, detail, files }) => `${object}: ${detail}${named(files)}`);
  const more = lines.length > SHOWN ? `; and ${lines.length - SHOWN} more` : '';
  return { name: 'bytes', ok: false, detail: lines.slice(0, SHOWN).join('; ') + more };
}

function named(files: readonly string[]): string {
  return files.length === 0 ? '' : ` (${files.slice(0, SHOWN).join(', ')}${files.length > SHOWN ? ', ...' : ''})`;
}

/**
 * Restores into staging and has a real browser read the copy, without any network: WhatsApp is never contacted, and
 * never learns that there was a second one.
 */
async function drill(deps: SnapshotDeps, session: string, info: SnapshotInfo, options: LongCall): Promise<Check[]> {
  refuseOlderBrowser(extraOf(info).chromium, await deps.browserVersion());
  const vault = await deps.vault.fresh();
  return inStaging(stagingPath(deps.paths, 'drill', session), async (folder) => {
    let findings: Findings | null;
    try {
      findings = await stage(deps, vault, session, info, folder, options);
    } catch (error) {
      if (!isDamage(error)) throw error;
      return [{ name: 'bytes', ok: false, detail: error.message } satisfies NamedCheck];
    }
    const bytes: NamedCheck = {
      name: 'bytes',
      ok: true,
      detail: `${info.files} files, ${info.bytes} bytes restored and proven`,
    };
    options.onProgress?.({ phase: 'booting', done: info.bytes, total: info.bytes });
    return [bytes, ...(await boot(deps, folder, findings, options.signal))];
  });
}

async function boot(
  deps: SnapshotDeps,
  folder: string,
  findings: Findings | null,
  signal: AbortSignal | undefined,
): Promise<Check[]> {
  let reading: OfflineReading;
  try {
    reading = await deps.drill.read(folder, deadline(DRILL_MS, signal));
  } catch (error) {
    signal?.throwIfAborted();
    // The browser is missing or broken: that says nothing about the snapshot.
    if (error instanceof LeadMasterError && error.code !== 'engine_failed') throw error;
    return [{ name: 'boot', ok: false, detail: errorText(error) } satisfies NamedCheck];
  }
  const opened = `Chromium ${reading.browserVersion} opened it, network shut off by ${reading.isolation}`;
  const booted: NamedCheck = { name: 'boot', ok: true, detail: opened };
  return [booted, ...reading.login, rows(reading), complete(reading.census, findings)];
}

function rows({ readRows, census }: OfflineReading): NamedCheck {
  const counted = Object.values(census.rows).reduce((sum, count) => sum + count, 0);
  return { name: 'rows', ok: readRows === counted, detail: `${readRows} of ${counted} rows could be read` };
}

/**
 * Compares what the copy holds with what the running page counted just before and just after the pause. Less than both
 * is a loss. More than both is none: rows that came and went in between.
 */
export function complete(found: Census, findings: Findings | null): NamedCheck {
  const { before, after } = findings?.census ?? { before: null, after: null };
  if (before === null || after === null) {
    return { name: 'complete', ok: true, detail: 'nothing was counted when it was taken: no page was running' };
  }
  const lost: string[] = [];
  const compare = (name: string, had: number, one: number, other: number): void => {
    const least = Math.min(one, other);
    if (had < least) lost.push(`${name} has ${had} rows, at least ${least} were there`);
  };
  const stores = new Set([...Object.keys(before.rows), ...Object.keys(after.rows)]);
  for (const name of stores) compare(name, found.rows[name] ?? 0, before.rows[name] ?? 0, after.rows[name] ?? 0);
  compare('localStorage', found.localStorage, before.localStorage, after.localStorage);
  if (lost.length > 0) return { name: 'complete', ok: false, detail: lost.join('; ') };
  return { name: 'complete', ok: true, detail: `${stores.size} stores hold what the page counted when it was taken` };
}
