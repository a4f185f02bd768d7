import { join, resolve } from 'node:path';
import type { ClientSessions } from '@leadmaster/protocol';
import { CHECKOUT, ConfigError, type Env, settingsReader } from '@leadmaster/service-kit/settings';
import { VARIABLES } from './variables.ts';

/** The validated settings of a hub. Times in milliseconds. */
export interface HubConfig {
  dataDir: string;
  host: string;
  port: number;
  /** The public origin; null where only this machine calls. */
  url: string | null;
  /** Who the operator is, as people call them. */
  name: string | null;
  /** From these addresses alone `X-Forwarded-For` is believed. */
  trustedProxies: readonly string[];
  adminKey: string | null;
  serviceToken: string | null;
  /** Null = SQLite in the data folder. */
  databaseUrl: string | null;
  secretFile: string;
  ratePerSecond: number;
  compat: 'key' | 'open';
  /** The session of each client of the earlier services; null where all have one. */
  compatSessions: ClientSessions | null;
  events: { keepMs: number; keepCount: number };
  /** How long lines of the audit are kept. */
  auditMs: number;
  log: { level: string; format: 'json' | 'pretty' };
}

/**
 * Reads and checks every setting of the hub.
 *
 * @throws ConfigError that lists all that is wrong.
 */
export function readHubConfig(env: Env, baseDir = CHECKOUT): HubConfig {
  const { problems, get } = settingsReader(VARIABLES, env);
  const dataDir = resolve(baseDir, get('LEADMASTER_DATA_DIR'));
  const secretFile = get('HUB_SECRET_FILE');
  const config: HubConfig = {
    dataDir,
    host: get('LEADMASTER_HOST'),
    port: get('HUB_PORT'),
    url: get('HUB_URL') ?? null,
    name: get('HUB_NAME') ?? null,
    trustedProxies: get('HUB_TRUST_PROXY') ?? [],
    adminKey: get('LEADMASTER_ADMIN_KEY') ?? null,
    serviceToken: get('LEADMASTER_SERVICE_TOKEN') ?? null,
    databaseUrl: get('DATABASE_URL') ?? null,
    secretFile: secretFile === undefined ? join(dataDir, 'hub.secret') : resolve(baseDir, secretFile),
    ratePerSecond: get('HUB_RATE_PER_S'),
    compat: get('LEADMASTER_COMPAT'),
    compatSessions: get('LEADMASTER_COMPAT_SESSIONS') ?? null,
    events: { keepMs: get('HUB_EVENT_DAYS') * 86_400_000, keepCount: get('HUB_EVENT_COUNT') },
    auditMs: get('HUB_AUDIT_DAYS') * 86_400_000,
    log: { level: get('LOG_LEVEL'), format: get('LOG_FORMAT') },
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}
