import { loginMode, sessionName, snapshotKind } from '@leadmaster/protocol';
import {
  host,
  offOr,
  oneOf,
  parsed,
  path,
  seconds,
  secret,
  type Variable,
  variable,
  whole,
} from '@leadmaster/service-kit/settings';
import { parseRetention } from '@leadmaster/vault/retention';
import { parseStoreUrl } from '@leadmaster/vault/store-url';
import { Cron } from 'croner';
import { z } from 'zod';
import { splitChromeArgs } from './chrome-args.ts';

const chromeArgs = variable(
  'flags separated by spaces, each beginning with "--", values with spaces in quotes',
  z.string().transform((text, context): string[] => {
    try {
      return splitChromeArgs(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
      return z.NEVER;
    }
  }),
);

const vaultUrl = parsed(
  'file:/folder, or s3://bucket/prefix?endpoint=https://host&region=name; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  (text) => parseStoreUrl(text, '/'),
);
const schedule = parsed('a cron expression such as "0 2 * * *" (local time), or "off"', (text) => {
  if (text === 'off') return;
  // A sixth field in front would be seconds: a round of snapshots every second, where one a night was meant.
  if (!text.startsWith('@') && text.split(/\s+/).length !== 5)
    throw new Error('it has to have five fields: minute, hour, day, month, weekday');
  new Cron(text, { paused: true }).stop();
});
const retention = parsed('last=7,daily=7,weekly=4,monthly=6, each once at most', parseRetention);

const DAY_LIMIT = 36_500;

/** Every setting this version knows. The names are the contract with whoever runs the service. */
export const VARIABLES = {
  LEADMASTER_ENV_FILE: path,
  LEADMASTER_DATA_DIR: path,
  LEADMASTER_HOST: host,
  SESSION_MANAGER_PORT: whole(0, 65_535, 'a TCP port (0 = any free one)'),
  LOGIN_MODE: oneOf(loginMode.options),
  CHROME_PATH: path,
  CHROME_ARGS: chromeArgs,
  LEADMASTER_ADMIN_KEY: secret,
  LEADMASTER_SERVICE_TOKEN: secret,
  LEADMASTER_COMPAT: oneOf(['key', 'open']),
  WEB_VERSION: variable(
    '"live", "guarded", or a WhatsApp Web version such as 2.3000.1023204887',
    z.string().regex(/^(live|guarded|\d+\.\d+\.\d+(-[a-z0-9.]+)?)$/),
  ),
  GUARD_CANARY: variable('the name of a session', sessionName),
  GUARD_TRIAL_S: seconds(0, 86_400),
  GUARD_QUIET_S: seconds(0, 604_800),
  GUARD_LOOK_S: seconds(1, 604_800),
  GUARD_PAUSE_S: seconds(0, 604_800),
  START_CONCURRENCY: whole(1, 1000, 'how many sessions start at once'),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']),
  LOG_FORMAT: oneOf(['json', 'pretty']),
  DISK_MIN_FREE_MB: whole(1, 10_000_000, 'megabytes that must be free before a browser is started'),
  STORAGE_WARN_MB: whole(1, 10_000_000, 'megabytes per session'),
  STORAGE_TRIM_MB: offOr(whole(1, 10_000_000, 'megabytes per session')),
  PROBE_INTERVAL_S: seconds(0.05, 86_400),
  PROBE_DEADLINE_S: seconds(0.05, 86_400),
  LAUNCH_DEADLINE_S: seconds(0.1, 3600),
  LOAD_DEADLINE_S: seconds(0.1, 3600),
  SYNC_DEADLINE_S: seconds(0.1, 86_400),
  COMMIT_DEADLINE_S: seconds(0.1, 3600),
  STOP_DEADLINE_S: seconds(0.1, 3600),
  SHUTDOWN_DEADLINE_S: seconds(0.1, 3600),
  BACKOFF_FIRST_MS: whole(1, 3_600_000, 'milliseconds'),
  BACKOFF_MAX_S: seconds(0.001, 86_400),
  STABLE_AFTER_S: seconds(0, 86_400),
  QR_ROUNDS: whole(1, 10_000, 'how many times all QRs are shown'),
  EVENT_RETENTION_COUNT: whole(1, 1_000_000_000, 'events'),
  EVENT_RETENTION_DAYS: whole(1, DAY_LIMIT, 'days'),
  TRANSITION_RETENTION_COUNT: whole(1, 1_000_000, 'state changes per session'),
  TRASH_DAYS: whole(1, DAY_LIMIT, 'days'),
  TRASH_MAX_MB: whole(1, 1_000_000_000, 'megabytes'),
  VAULT_URL: vaultUrl,
  VAULT_KEY_FILE: path,
  SNAPSHOT_SCHEDULE: schedule,
  SNAPSHOT_AFTER_LOGIN: oneOf(['on', 'off']),
  SNAPSHOT_KEEP: retention,
  SNAPSHOT_KIND: oneOf(snapshotKind.options),
  SNAPSHOT_CONCURRENCY: whole(1, 64, 'how many snapshots are taken or read at once'),
  SNAPSHOT_MAX_MB_PER_S: whole(1, 100_000, 'megabytes per second to and from the vault, all snapshots together'),
  SNAPSHOT_DRILLS: whole(0, 1000, 'how many snapshots are booted as a drill after each scheduled round'),
} as const satisfies Record<string, Variable<unknown>>;

/** Settings of the whole product that this service does not read. Known, so nobody is warned of a typing error. */
export const ELSEWHERE: readonly string[] = ['HUB_PORT', 'DATABASE_URL'];
