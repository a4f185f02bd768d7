import {
  COMMON_ACCESS,
  COMMON_LOG,
  COMMON_WHERE,
  path,
  type SettingsSection,
  setting,
  whole,
} from '@leadmaster/service-kit/settings';
import { databaseUrl, publicUrl, title, trustedProxies } from './rules.ts';

const HUB = {
  HUB_PORT: setting(whole(0, 65_535, 'a TCP port (0 = any free one)'), {
    default: '3012',
    meaning: 'The port of the hub: the address for people and programs.',
  }),
  HUB_URL: setting(publicUrl, {
    default: null,
    meaning:
      'The public address of the hub, such as https://leadmaster.example.org. Requests for any other Host than this ' +
      'one and loopback are refused.',
  }),
  HUB_NAME: setting(title, {
    default: null,
    meaning:
      'Who you are, as the owner of a phone knows you: the page of a link names you, where its session is of no tenant.',
  }),
  HUB_TRUST_PROXY: setting(trustedProxies, {
    default: null,
    meaning:
      'Addresses of the proxies in front, such as 127.0.0.1,10.0.0.0/8: from them alone X-Forwarded-For says who calls.',
  }),
  HUB_SECRET_FILE: setting(path, {
    default: null,
    shown: './data/hub.secret',
    meaning:
      'What seals the tokens of machines. Made at the first start beside SQLite; with PostgreSQL it must be there, ' +
      'the same for all hubs.',
  }),
  HUB_RATE_PER_S: setting(whole(1, 100_000, 'requests per second and key'), {
    default: '100',
    meaning: 'How many requests a second each key may send.',
  }),
  HUB_EVENT_DAYS: setting(whole(1, 36_500, 'days'), {
    default: '30',
    meaning: 'For how many days the hub keeps events.',
  }),
  HUB_EVENT_COUNT: setting(whole(1000, 1_000_000_000, 'events'), {
    default: '1000000',
    meaning: 'How many events the hub keeps at most.',
  }),
  HUB_AUDIT_DAYS: setting(whole(1, 36_500, 'days'), {
    default: '365',
    meaning: 'For how many days the hub keeps the audit.',
  }),
  DATABASE_URL: setting(databaseUrl, {
    default: null,
    meaning:
      'Where the hub keeps tenants, keys, machines and events: postgres://user:password@host/database. Not set: ' +
      'SQLite, in <data>/hub.db. PostgreSQL is for several hubs.',
  }),
};

/** Settings of the hub alone, as they stand in `.env.example`. */
export const HUB_SECTION: SettingsSection = { title: 'Hub', settings: HUB };

/** Every setting that the hub reads. */
export const VARIABLES = { ...COMMON_WHERE, ...COMMON_ACCESS, ...COMMON_LOG, ...HUB };
