import { loginMode, sessionName, snapshotKind } from '@leadmaster/protocol';
import {
  COMMON_ACCESS,
  COMMON_LOG,
  COMMON_WHERE,
  offOr,
  oneOf,
  path,
  type SettingsSection,
  seconds,
  setting,
  variable,
  whole,
} from '@leadmaster/service-kit/settings';
import { chromeArgs, language, retention, schedule, vaultUrl, webVersion } from './rules.ts';

const DAY_LIMIT = 36_500;

const WHERE = {
  ...COMMON_WHERE,
  SESSION_MANAGER_PORT: setting(whole(0, 65_535, 'a TCP port (0 = any free one)'), {
    default: '3001',
    meaning: 'The port of the session manager.',
  }),
  LEADMASTER_LANG: setting(language, {
    default: null,
    meaning:
      'The language of what the terminal shows: "en" or "es". Not set: Spanish where LC_ALL, LC_MESSAGES or LANG begins ' +
      'with "es". JSON, logs, and the names of commands and states are in English.',
  }),
  LEADMASTER_ENV_FILE: setting(path, {
    default: null,
    meaning: 'Read this file instead of .env (real environment only). For several services from one checkout.',
  }),
};

const ACCESS = {
  ...COMMON_ACCESS,
};

const BROWSER = {
  LOGIN_MODE: setting(oneOf(loginMode.options), {
    default: 'qr',
    meaning:
      '"qr": headless; the QR comes through API and terminal. "local": a visible window, scanned on the spot. ' +
      '"server": never shows a QR; runs saved logins only.',
  }),
  CHROME_PATH: setting(path, {
    default: null,
    meaning: 'The browser. Not set: an installed headless shell, Chromium or Chrome is found.',
  }),
  CHROME_ARGS: setting(chromeArgs, {
    default: null,
    meaning: "More flags for the browser, quoted as in a shell: CHROME_ARGS='--proxy-server=http://proxy:3128'",
  }),
  WEB_VERSION: setting(webVersion, {
    default: 'live',
    meaning:
      'Which build of WhatsApp Web sessions open. "live": what WhatsApp serves. "guarded": the newest build ' +
      'that stood the test here; one session tries each new one first. Or one build that is kept here, such as ' +
      '2.3000.1043191242 ("./leadmaster builds" shows them). A build that could erase a login never opens it, ' +
      'with any setting.',
  }),
  GUARD_CANARY: setting(variable('the name of a session', sessionName), {
    default: null,
    meaning: 'guarded: the session that tries new builds. Not set: the READY one with the newest snapshot.',
  }),
  GUARD_TRIAL_S: setting(seconds(0, 86_400), {
    default: '600',
    meaning: 'guarded: how long it must stay READY for a build to be good.',
  }),
  GUARD_QUIET_S: setting(seconds(0, 604_800), {
    default: '86400',
    meaning:
      'guarded: how long, where meanwhile it has sent nothing, got nothing, or its page has not reloaded itself.',
  }),
  GUARD_LOOK_S: setting(seconds(1, 604_800), {
    default: '21600',
    meaning: 'guarded: how often new builds are looked for.',
  }),
  GUARD_PAUSE_S: setting(seconds(0, 604_800), {
    default: '3600',
    meaning: "guarded: the least time between two changes of a session's build.",
  }),
  START_CONCURRENCY: setting(whole(1, 1000, 'how many sessions start at once'), {
    default: null,
    meaning: 'How many sessions start at once. Not set: from processors and free memory.',
  }),
};

const SNAPSHOTS = {
  VAULT_URL: setting(vaultUrl, {
    default: null,
    shown: 'file:./data/vault',
    meaning:
      'Where they are kept: file:/backups/leadmaster, or s3://bucket/prefix?endpoint=https://host&region=name ' +
      'with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment. Best on another disk or machine ' +
      'than the profiles. The demo (npm start -- --demo) uses neither this nor VAULT_KEY_FILE.',
  }),
  VAULT_KEY_FILE: setting(path, {
    default: null,
    shown: './data/vault.key',
    meaning:
      'The key that encrypts them, made at the first start. KEEP A COPY ELSEWHERE: without it no snapshot can ' +
      'be read.',
  }),
  SNAPSHOT_SCHEDULE: setting(schedule, {
    default: '0 2 * * *',
    meaning: 'When every session is saved: a cron expression in local time, or "off".',
  }),
  SNAPSHOT_AFTER_LOGIN: setting(oneOf(['on', 'off']), {
    default: 'on',
    meaning: 'Whether a session is saved soon after a new login, too: "on" or "off".',
  }),
  SNAPSHOT_KEEP: setting(retention, {
    default: 'last=7,daily=7,weekly=4,monthly=6',
    meaning: 'How many are kept: the newest ones, and the newest of so many days, weeks and months.',
  }),
  SNAPSHOT_KIND: setting(oneOf(snapshotKind.options), {
    default: 'essential',
    meaning: '"essential": the login and the history. "full": also cached media.',
  }),
  SNAPSHOT_CONCURRENCY: setting(whole(1, 64, 'how many snapshots are taken or read at once'), {
    default: '2',
    meaning: 'How many are taken or read at once.',
  }),
  SNAPSHOT_MAX_MB_PER_S: setting(
    whole(1, 100_000, 'megabytes per second to and from the vault, all snapshots together'),
    {
      default: null,
      meaning: 'How fast they may go to and from the vault, all together. Not set: as fast as it goes.',
    },
  ),
  SNAPSHOT_DRILLS: setting(whole(0, 1000, 'how many snapshots are booted as a drill after each scheduled round'), {
    default: '1',
    meaning: 'How many snapshots are booted as a drill, without any network, after each scheduled round.',
  }),
};

const HEALTH = {
  PROBE_INTERVAL_S: setting(seconds(0.05, 86_400), {
    default: '15',
    meaning: 'How often a READY session must show that it lives.',
  }),
  PROBE_DEADLINE_S: setting(seconds(0.05, 86_400), {
    default: '60',
    meaning: 'When silence means that it does not.',
  }),
  BACKOFF_FIRST_MS: setting(whole(1, 3_600_000, 'milliseconds'), {
    default: '1000',
    meaning: 'After a failure: the first wait, doubled each time.',
  }),
  BACKOFF_MAX_S: setting(seconds(0.001, 86_400), {
    default: '60',
    meaning: 'The longest wait after a failure.',
  }),
  STABLE_AFTER_S: setting(seconds(0, 86_400), {
    default: '60',
    meaning: 'Failures are forgotten after a READY of this length.',
  }),
  QR_ROUNDS: setting(whole(1, 10_000, 'how many times all QRs are shown'), {
    default: '5',
    meaning: 'How many times all six QRs (160 s) are shown before the browser is stopped.',
  }),
  DISK_MIN_FREE_MB: setting(whole(1, 10_000_000, 'megabytes that must be free before a browser is started'), {
    default: '64',
    meaning:
      'A browser is not started with less room on the disk: its databases could be lost. Snapshots stop at ' +
      'twice as much.',
  }),
  STORAGE_WARN_MB: setting(whole(1, 10_000_000, 'megabytes per session'), {
    default: '1024',
    meaning: 'Warn when a profile grows beyond this.',
  }),
  STORAGE_TRIM_MB: setting(offOr(whole(1, 10_000_000, 'megabytes per session')), {
    default: 'off',
    meaning:
      'Trim a session that is larger when it is stopped or restarted anyway: cached media and scripts go, login ' +
      'and messages stay, and its next start takes about one more CPU-second. "off": never by itself.',
  }),
};

const DEADLINES = {
  LAUNCH_DEADLINE_S: setting(seconds(0.1, 3600), {
    default: '45',
    meaning: 'Browser launch.',
  }),
  LOAD_DEADLINE_S: setting(seconds(0.1, 3600), {
    default: '120',
    meaning: 'From launch to a QR or a login.',
  }),
  SYNC_DEADLINE_S: setting(seconds(0.1, 86_400), {
    default: '180',
    meaning: 'From login to READY; pushed on by progress.',
  }),
  COMMIT_DEADLINE_S: setting(seconds(0.1, 3600), {
    default: '30',
    meaning: 'From READY to bytes on disk.',
  }),
  STOP_DEADLINE_S: setting(seconds(0.1, 3600), {
    default: '15',
    meaning: "One browser's close.",
  }),
  SHUTDOWN_DEADLINE_S: setting(seconds(0.1, 3600), {
    default: '30',
    meaning: 'The close of the whole service.',
  }),
};

const KEPT = {
  EVENT_RETENTION_COUNT: setting(whole(1, 1_000_000_000, 'events'), {
    default: '100000',
    meaning: 'So many events are kept at most.',
  }),
  EVENT_RETENTION_DAYS: setting(whole(1, DAY_LIMIT, 'days'), {
    default: '30',
    meaning: 'For so many days at most.',
  }),
  EVENTS_KEEP_MB: setting(whole(1, 1_000_000, 'megabytes'), {
    default: '256',
    meaning:
      'How much of the log of events is kept for a registered hub that has not confirmed it, beyond count and days. ' +
      'At the limit the oldest events go, and the hub is told which (events.gap).',
  }),
  TRANSITION_RETENTION_COUNT: setting(whole(1, 1_000_000, 'state changes per session'), {
    default: '1000',
    meaning: 'So many state changes of each session are kept.',
  }),
  TRASH_DAYS: setting(whole(1, DAY_LIMIT, 'days'), {
    default: '30',
    meaning: 'Profiles set aside by logout, delete, unlink and restore: for how many days.',
  }),
  TRASH_MAX_MB: setting(whole(1, 1_000_000_000, 'megabytes'), {
    default: '10240',
    meaning: 'How much in all. Over the size, the oldest go first, never the last one of a session.',
  }),
};

/** What `.env.example` begins with. */
export const EXAMPLE_HEAD =
  'LeadMaster needs no settings: copy this file to .env only to change something. The real environment wins over .env. ' +
  'Everything is checked at start, and all errors are shown at once. A value with spaces or with # after a space ' +
  'stands in quotes. A line that is no setting is refused, an unknown name gives a warning. Seconds (_S) may have fractions. ' +
  'Relative paths start at the checkout. The values shown are the defaults.';

/** Every setting of the session manager, as they stand in `.env.example`. */
export const SECTIONS: readonly SettingsSection[] = [
  { title: 'Where', settings: WHERE },
  { title: 'Who may use it', settings: ACCESS },
  { title: 'Browser and login', settings: BROWSER },
  { title: 'Log', settings: COMMON_LOG },
  { title: 'Snapshots', settings: SNAPSHOTS },
  { title: 'Health and recovery', settings: HEALTH },
  { title: 'Deadlines: past one, a state with a reason, never a hang', settings: DEADLINES },
  { title: 'How long things are kept', settings: KEPT },
];

/** The same by their names, which are the contract with those who run the service. */
export const VARIABLES = {
  ...WHERE,
  ...ACCESS,
  ...BROWSER,
  ...COMMON_LOG,
  ...SNAPSHOTS,
  ...HEALTH,
  ...DEADLINES,
  ...KEPT,
};

/** Settings of the whole product that this service does not read. Known, so that they are not taken for a typing error. */
export const ELSEWHERE: readonly string[] = [
  'HUB_PORT',
  'HUB_URL',
  'HUB_NAME',
  'HUB_TRUST_PROXY',
  'HUB_SECRET_FILE',
  'HUB_RATE_PER_S',
  'HUB_EVENT_DAYS',
  'HUB_EVENT_COUNT',
  'HUB_AUDIT_DAYS',
  'DATABASE_URL',
  'LEADMASTER_URL',
  'LEADMASTER_KEY',
];
