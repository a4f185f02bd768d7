import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { ClientSessions, LoginMode, SnapshotKind } from '@leadmaster/protocol';
import { isLoopback } from '@leadmaster/service-kit/process';
import { ConfigError, type ConfigProblem, settingsReader, unknownSettings } from '@leadmaster/service-kit/settings';
import type { RetentionPolicy } from '@leadmaster/vault/retention';
import { parseStoreUrl, type StoreLocation } from '@leadmaster/vault/store-url';
import { CHECKOUT, type Env } from './env.ts';
import { ELSEWHERE, VARIABLES } from './variables.ts';

/** The validated settings of one service. Times in milliseconds, sizes in bytes. Built by `readConfig` alone. */
export interface Config {
  dataDir: string;
  host: string;
  port: number;
  loginMode: LoginMode;
  chromePath: string | null;
  /** Extra flags, already split. */
  chromeArgs: readonly string[];
  adminKey: string | null;
  serviceToken: string | null;
  /** The one build that every session opens (`WEB_VERSION` is a number); null = `live` or `guarded`. */
  webVersion: string | null;
  guard: {
    /** `WEB_VERSION=guarded`. */
    isOn: boolean;
    /** The session that tries new builds; null = the one with the newest snapshot. */
    canary: string | null;
    /** How long it must stay READY on a build for that to be good. */
    trialMs: number;
    /** How long, where meanwhile it was not really used. */
    quietMs: number;
    lookMs: number;
    /** Between two changes of a session's build. */
    pauseMs: number;
  };
  compat: 'key' | 'open';
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
  startConcurrency: number;
  log: { level: string; format: 'json' | 'pretty' };
  storageWarnBytes: number;
  /** A session that is larger is trimmed when it stops anyway; null = never by itself. */
  storageTrimBytes: number | null;
  /** A browser is not started with less room on the disk. */
  diskMinFreeBytes: number;
  probe: { intervalMs: number; deadlineMs: number };
  deadlines: {
    /** Browser launch. */
    launchMs: number;
    /** From launch to a QR, a login or an error. */
    loadMs: number;
    /** From login to READY, pushed on by progress. */
    syncMs: number;
    /** From READY to bytes on disk. */
    commitMs: number;
    stopMs: number;
    shutdownMs: number;
  };
  backoff: { firstMs: number; maxMs: number; stableAfterMs: number };
  /** How many times all six QRs are shown before the browser is stopped. */
  qrRounds: number;
  retention: {
    events: number;
    eventDays: number;
    /** So much of the log is kept for hubs that have not confirmed it. */
    keepBytes: number;
    transitions: number;
    trashDays: number;
    trashBytes: number;
  };
  vault: {
    location: StoreLocation;
    keyFile: string;
    /** Bytes per second to and from the vault; null = as fast as it goes. */
    bytesPerSecond: number | null;
  };
  snapshots: {
    /** A cron expression in local time; null = never by itself. */
    schedule: string | null;
    afterLogin: boolean;
    keep: RetentionPolicy;
    kind: SnapshotKind;
    concurrency: number;
    drills: number;
  };
}

/** What the machine can bear, for defaults. */
export interface Machine {
  cores: number;
  freeBytes: number;
}

export interface ReadOptions {
  machine?: Machine;
  /** Where relative paths start; the checkout unless a test says otherwise. */
  baseDir?: string;
  /** Gets warnings: probable mistakes that are not refused. */
  warn?: (text: string) => void;
}

/** Reads and checks every setting. Throws one `ConfigError` that lists all that is wrong. */
export function readConfig(env: Env, options: ReadOptions = {}): Config {
  const { problems, get } = settingsReader(VARIABLES, env);
  const base = options.baseDir ?? CHECKOUT;

  const chromePath = get('CHROME_PATH');
  const dataDir = resolve(base, get('LEADMASTER_DATA_DIR'));
  const vaultUrl = get('VAULT_URL');
  const keyFile = get('VAULT_KEY_FILE');
  const rate = get('SNAPSHOT_MAX_MB_PER_S');
  const trimMb = get('STORAGE_TRIM_MB');
  const webVersion = get('WEB_VERSION');
  // The command line goes by it before it reads settings; what is wrong with it is told with the rest.
  get('LEADMASTER_LANG');
  const config: Config = {
    dataDir,
    host: get('LEADMASTER_HOST'),
    port: get('SESSION_MANAGER_PORT'),
    loginMode: get('LOGIN_MODE'),
    chromePath: chromePath === undefined ? null : resolve(base, chromePath),
    chromeArgs: get('CHROME_ARGS') ?? [],
    adminKey: get('LEADMASTER_ADMIN_KEY') ?? null,
    serviceToken: get('LEADMASTER_SERVICE_TOKEN') ?? null,
    webVersion: /^\d/.test(webVersion) ? webVersion : null,
    guard: {
      isOn: webVersion === 'guarded',
      canary: get('GUARD_CANARY') ?? null,
      trialMs: get('GUARD_TRIAL_S'),
      quietMs: get('GUARD_QUIET_S'),
      lookMs: get('GUARD_LOOK_S'),
      pauseMs: get('GUARD_PAUSE_S'),
    },
    compat: get('LEADMASTER_COMPAT'),
    compatSessions: get('LEADMASTER_COMPAT_SESSIONS') ?? null,
    startConcurrency: get('START_CONCURRENCY') ?? defaultConcurrency(options.machine ?? thisMachine()),
    log: { level: get('LOG_LEVEL'), format: get('LOG_FORMAT') },
    diskMinFreeBytes: get('DISK_MIN_FREE_MB') * 2 ** 20,
    storageWarnBytes: get('STORAGE_WARN_MB') * 2 ** 20,
    storageTrimBytes: trimMb === null ? null : trimMb * 2 ** 20,
    probe: { intervalMs: get('PROBE_INTERVAL_S'), deadlineMs: get('PROBE_DEADLINE_S') },
    deadlines: {
      launchMs: get('LAUNCH_DEADLINE_S'),
      loadMs: get('LOAD_DEADLINE_S'),
      syncMs: get('SYNC_DEADLINE_S'),
      commitMs: get('COMMIT_DEADLINE_S'),
      stopMs: get('STOP_DEADLINE_S'),
      shutdownMs: get('SHUTDOWN_DEADLINE_S'),
    },
    backoff: {
      firstMs: get('BACKOFF_FIRST_MS'),
      maxMs: get('BACKOFF_MAX_S'),
      stableAfterMs: get('STABLE_AFTER_S'),
    },
    qrRounds: get('QR_ROUNDS'),
    retention: {
      events: get('EVENT_RETENTION_COUNT'),
      eventDays: get('EVENT_RETENTION_DAYS'),
      keepBytes: get('EVENTS_KEEP_MB') * 2 ** 20,
      transitions: get('TRANSITION_RETENTION_COUNT'),
      trashDays: get('TRASH_DAYS'),
      trashBytes: get('TRASH_MAX_MB') * 2 ** 20,
    },
    vault: {
      location:
        vaultUrl === undefined ? { kind: 'folder', path: resolve(dataDir, 'vault') } : parseStoreUrl(vaultUrl, base),
      keyFile: keyFile === undefined ? resolve(dataDir, 'vault.key') : resolve(base, keyFile),
      bytesPerSecond: rate === undefined ? null : rate * 2 ** 20,
    },
    snapshots: {
      schedule: get('SNAPSHOT_SCHEDULE'),
      afterLogin: get('SNAPSHOT_AFTER_LOGIN') === 'on',
      keep: get('SNAPSHOT_KEEP'),
      kind: get('SNAPSHOT_KIND'),
      concurrency: get('SNAPSHOT_CONCURRENCY'),
      drills: get('SNAPSHOT_DRILLS'),
    },
  };
  if (problems.length === 0) problems.push(...contradictions(config, env));
  if (problems.length > 0) throw new ConfigError(problems);
  for (const text of warnings(config, env)) options.warn?.(text);
  return config;
}

/** Starting a session is bound by the processor, keeping it by memory (about 300 MB, twice that while it loads). */
export function defaultConcurrency(machine: Machine): number {
  return Math.max(1, Math.min(machine.cores * 2, Math.floor(machine.freeBytes / (600 * 1024 * 1024))));
}

function thisMachine(): Machine {
  return { cores: availableParallelism(), freeBytes: process.availableMemory() };
}

function contradictions(config: Config, env: Env): ConfigProblem[] {
  const found: ConfigProblem[] = [];
  const { probe, backoff } = config;
  if (probe.deadlineMs < probe.intervalMs) {
    const rule = `at least PROBE_INTERVAL_S (${probe.intervalMs / 1000})`;
    found.push({
      name: 'PROBE_DEADLINE_S',
      got: env.PROBE_DEADLINE_S || `${probe.deadlineMs / 1000}`,
      rule,
      why: null,
    });
  }
  if (backoff.maxMs < backoff.firstMs) {
    const rule = `at least BACKOFF_FIRST_MS (${backoff.firstMs / 1000} s)`;
    found.push({ name: 'BACKOFF_MAX_S', got: env.BACKOFF_MAX_S || `${backoff.maxMs / 1000}`, rule, why: null });
  }
  return found;
}

function* warnings(config: Config, env: Env): Generator<string> {
  yield* unknownSettings(env, Object.keys(VARIABLES), ELSEWHERE);
  for (const name of ['LEADMASTER_ADMIN_KEY', 'LEADMASTER_SERVICE_TOKEN'] as const) {
    if (env[name] && env[name].length < 16) yield `${name} is short enough to be guessed; use 32 random characters`;
  }
  if (!isLoopback(config.host)) {
    yield `LEADMASTER_HOST=${config.host} is reachable from other machines without encryption; put a TLS proxy in front`;
  }
}
