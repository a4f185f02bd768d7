/** Values that several of the description's examples show. */

export const AT = '2026-03-01T12:00:00.000Z';
export const WHATSAPP_ID = 'true_5491100000001@c.us_3EB0C767D097B7C7D2A1';
export const ACCOUNT = { id: '5491100000001@c.us', phone: '5491100000001', name: 'Ventas' };
export const KEPT_LOG = { logId: '9c1f04ab27d35e60', oldest: 1, newest: 44 };
export const HUB = {
  id: 'hub-1',
  confirmed: 42,
  unconfirmed: { events: 2, bytes: 480, since: AT },
  registeredAt: AT,
  seenAt: AT,
};
export const PLACE = {
  now: { path: '/srv/leadmaster', host: 'new', since: AT },
  before: { path: '/home/leadmaster/data', host: 'old', since: '2025-11-02T08:30:00.000Z' },
  readable: true,
  waiting: ['ventas'],
};
export const CENSUS = { localStorage: 41, rows: { 'model-storage/message': 1_250, 'model-storage/chat': 84 } };
export const SNAPSHOT = {
  id: '17-a1b2c3d4',
  session: 'ventas',
  kind: 'essential',
  at: AT,
  frozenAt: AT,
  bytes: 35_127_296,
  files: 212,
  newBytes: 1_310_720,
  storedBytes: 402_653,
  pauseMs: 18.4,
  method: 'cgroup',
  durationMs: 640,
  chromium: '150.0.7871.114',
  generation: 3,
  reason: 'schedule',
  account: ACCOUNT,
  writtenBy: { id: '9c1e40d27ab35f86', host: 'server-1', isHere: true },
  verifiedAt: AT,
  verified: true,
};
export const RECENT = { path: 'Default/Preferences', bytes: 8_192, at: AT, class: 'important' };
export const FOLDER = {
  path: 'Default/Service Worker/CacheStorage',
  class: 'optional',
  bytes: 818_937_856,
  files: 3_124,
};
export const SNAPSHOT_PROBLEM = {
  kind: 'removed',
  object: 'chain/3f2a/0000000012',
  detail: 'The record of snapshot 12-0f3c9a1e was removed from the store.',
};

export const SESSION = {
  name: 'ventas',
  state: 'READY',
  stateKind: 'settled',
  reason: 'synced',
  hint: '',
  since: AT,
  canSend: true,
  sending: 'on',
  sendingOffBy: [],
  expectedPhone: '5491123456789',
  desired: 'running',
  attempts: 0,
  nextAttemptAt: null,
  generation: 3,
  originRetired: true,
  engine: 'whatsapp-web.js',
  loginMode: 'qr',
  account: ACCOUNT,
  owner: ACCOUNT,
  health: { lastProbeAt: AT, lastInboundAt: AT, lastAckAt: null, lastReadyAt: AT },
  storage: { bytes: 125_829_120, criticalBytes: 33_554_432, growthBytesPerDay: 4_194_304, measuredAt: AT },
  lastSnapshot: { id: SNAPSHOT.id, at: AT, verified: true, damaged: false },
  snapshotFailure: null,
  limits: { newChats: { state: 'locked', until: AT, used: null, total: null }, since: AT },
  attention: null,
  unreachable: null,
  runtime: null,
  metadata: { team: 'south' },
  createdAt: AT,
};
export const BUILD = {
  build: '2.3000.1043191242',
  sessions: 11,
  firstSeenAt: AT,
  lastReadyAt: AT,
  verdict: 'good',
  reason: 'READY on ventas, and what is needed works',
  schema: 198,
  kept: true,
};
export const CAPABILITIES = {
  build: '2.3000.1045818043',
  at: AT,
  features: {
    link: 'ok',
    ready: 'ok',
    ids: 'ok',
    text: 'broken',
    media: 'unknown',
    inbound: 'ok',
    catchUp: 'ok',
    chats: 'ok',
    contacts: 'ok',
    groups: 'ok',
    download: 'ok',
  },
  checks: [{ name: 'send: newId', feature: 'text', ok: false, detail: 'missing: WAWebMsgKey.newId' }],
  overridden: [],
  failures: { text: 2 },
};
export const ADOPTED = {
  kind: 'local_auth',
  path: '/srv/bot/.wwebjs_auth/session-ventas',
  bytes: 966_787_072,
  files: 4_210,
  chromium: '150.0.7871.114',
  account: null,
  warnings: [],
};

export const TRANSFER = { id: 'tr_5b0f2f3e-54c0-4a0c-8a6e-9f1d7d1f0a11', session: 'ventas', generation: 3 };
