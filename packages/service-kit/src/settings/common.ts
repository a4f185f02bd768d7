import { clientSessions } from './client-sessions.ts';
import { host, oneOf, path, secret } from './parsers.ts';
import { setting } from './table.ts';

/** Where a service keeps its things and listens. */
export const COMMON_WHERE = {
  LEADMASTER_DATA_DIR: setting(path, {
    default: './data',
    meaning: 'Profiles, keys and databases. 0700; owned by the user who runs the service.',
  }),
  LEADMASTER_HOST: setting(host, {
    default: '127.0.0.1',
    meaning:
      'What the services listen on: 127.0.0.1 alone; "localhost" is every loopback of that name, [::1] too ' +
      'where the system has it. Anything but a loopback address is readable on the network: put TLS in front.',
  }),
};

/** What opens a service. */
export const COMMON_ACCESS = {
  LEADMASTER_ADMIN_KEY: setting(secret, {
    default: null,
    meaning: 'The key of the API. Not set: one is made at the first start and kept in <data>/admin.key.',
  }),
  LEADMASTER_SERVICE_TOKEN: setting(secret, {
    default: null,
    meaning: 'What the hub shows to the session manager. Not set: made likewise, kept in <data>/service.token.',
  }),
  LEADMASTER_COMPAT: setting(oneOf(['key', 'open']), {
    default: 'key',
    meaning:
      '"open": the routes of earlier LeadMaster services (/status, /qr, /connect, /send ...), and they alone, ' +
      'need no key from this machine itself. "key": they need one like all others.',
  }),
  LEADMASTER_COMPAT_SESSIONS: setting(clientSessions, {
    default: null,
    meaning:
      'Which session each client of the earlier services has, such as 51:ventas,52:soporte. The client that a request ' +
      'names (X-Cliente-Id or cliente_id) then decides, and one that is not here is refused. Not set: the session is admin.',
  }),
};

export const COMMON_LOG = {
  LOG_LEVEL: setting(oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']), {
    default: 'info',
    meaning: 'trace debug info warn error fatal silent',
  }),
  LOG_FORMAT: setting(oneOf(['json', 'pretty']), {
    default: 'json',
    meaning: '"json", or "pretty" for people.',
  }),
};
