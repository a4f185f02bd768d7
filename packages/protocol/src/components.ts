import type { z } from 'zod';
import { account } from './accounts.ts';
import { build, buildList } from './builds.ts';
import { capabilities, overrideCapabilities } from './capabilities.ts';
import {
  ACCOUNT,
  ADOPTED,
  AT,
  BUILD,
  CAPABILITIES,
  CENSUS,
  FOLDER,
  HUB,
  KEPT_LOG,
  PLACE,
  RECENT,
  SESSION,
  SNAPSHOT,
  SNAPSHOT_PROBLEM,
  TRANSFER,
  WHATSAPP_ID,
} from './component-examples.ts';
import { event, eventPage } from './events/index.ts';
import { confirmEvents, hub, hubAndLog, hubList } from './hubs.ts';
import { message, sendMessage } from './messages.ts';
import { acceptedPlace, acceptPlace, place } from './place.ts';
import { problemBody } from './routes/route.ts';
import {
  adoptedSession,
  adoptReport,
  adoptSession,
  checkReport,
  createSession,
  pairingCode,
  pairingRequest,
  qrCode,
  retireSession,
  session,
  startSession,
  transition,
} from './session.ts';
import {
  census,
  createSnapshot,
  operation,
  pruneReport,
  recoverable,
  recovered,
  recoverSessions,
  restoreSnapshot,
  snapshot,
  snapshotDetail,
  snapshotList,
  snapshotProblem,
  verifyReport,
  verifySnapshot,
} from './snapshots.ts';
import { recentFile, recentFiles, storageFolder, storageReport, trimReport } from './storage.ts';
import { arrivingTransfer, prepareTransfer, sealTransfer, transferSession } from './transfer.ts';

/** The named parts of the description, each with an example. */
export const COMPONENTS: Record<string, { schema: z.ZodType; example: unknown }> = {
  Account: { schema: account, example: ACCOUNT },
  AdoptedSession: {
    schema: adoptedSession,
    example: { ...SESSION, state: 'STOPPED', reason: 'adopted', canSend: false, desired: 'stopped', adopted: ADOPTED },
  },
  AdoptReport: { schema: adoptReport, example: ADOPTED },
  AdoptSession: {
    schema: adoptSession,
    example: { name: 'ventas', path: '/srv/bot/.wwebjs_auth/session-ventas', mode: 'move' },
  },
  ArrivingTransfer: {
    schema: arrivingTransfer,
    example: { ...TRANSFER, phase: 'prepared', at: AT, changedAt: AT },
  },
  Build: { schema: build, example: BUILD },
  Place: { schema: place, example: PLACE },
  AcceptPlace: { schema: acceptPlace, example: { originRetired: true, sessions: ['ventas'] } },
  AcceptedPlace: {
    schema: acceptedPlace,
    example: { accepted: ['ventas'], started: ['ventas'], place: { ...PLACE, before: null, waiting: [] } },
  },
  BuildList: { schema: buildList, example: { items: [BUILD] } },
  Capabilities: { schema: capabilities, example: CAPABILITIES },
  Census: { schema: census, example: CENSUS },
  CheckReport: {
    schema: checkReport,
    example: {
      valid: true,
      linked: true,
      checks: [{ name: 'permissions', ok: true, detail: 'folders 0700, files 0600' }],
    },
  },
  CreateSession: { schema: createSession, example: { name: 'ventas', start: true, metadata: { team: 'south' } } },
  CreateSnapshot: { schema: createSnapshot, example: { kind: 'essential' } },
  Event: {
    schema: event,
    example: {
      id: 42,
      session: 'ventas',
      type: 'session.state',
      at: AT,
      data: { from: 'AUTHENTICATED', to: 'READY', reason: 'synced', stateKind: 'settled', hint: '', attempts: 0 },
    },
  },
  Hub: { schema: hub, example: HUB },
  HubAndLog: { schema: hubAndLog, example: { ...HUB, ...KEPT_LOG } },
  HubList: { schema: hubList, example: { ...KEPT_LOG, items: [HUB], keepBytes: 256 * 2 ** 20 } },
  ConfirmEvents: { schema: confirmEvents, example: { cursor: '42@9c1f04ab27d35e60' } },
  EventPage: { schema: eventPage, example: { items: [], cursor: 42, oldest: 1, logId: '9c1f04ab27d35e60' } },
  Message: {
    schema: message,
    example: {
      id: 'msg_0b9f6f0e-7a55-4c1e-9a3b-0d6f3c0f6f11',
      session: 'ventas',
      state: 'SENT',
      whatsappId: WHATSAPP_ID,
      to: '5491100000001',
      error: null,
      at: AT,
    },
  },
  Operation: {
    schema: operation,
    example: {
      id: 'op_5b0f2f3e-54c0-4a0c-8a6e-9f1d7d1f0a11',
      revision: 7,
      kind: 'snapshot',
      session: 'ventas',
      state: 'running',
      progress: { phase: 'storing', done: 1_310_720, total: 35_127_296 },
      startedAt: AT,
      endedAt: null,
      result: null,
      error: null,
    },
  },
  OverrideCapabilities: { schema: overrideCapabilities, example: { override: ['text'] } },
  PairingCode: { schema: pairingCode, example: { code: 'ABCD-1234', expiresAt: AT } },
  PairingRequest: { schema: pairingRequest, example: { phone: '5491100000001' } },
  PrepareTransfer: {
    schema: prepareTransfer,
    example: {
      ...TRANSFER,
      version: 1,
      replaces: [],
      chromium: '150.0.7871.114',
      bytes: 966_787_072,
      metadata: { team: 'south' },
      account: ACCOUNT,
      desired: 'running',
    },
  },
  Problem: {
    schema: problemBody,
    example: {
      type: 'urn:leadmaster:error:session_not_found',
      title: 'No such session',
      status: 404,
      code: 'session_not_found',
      detail: 'There is no session "ventas".',
      hint: 'List the sessions with GET /v1/sessions, or make it with POST /v1/sessions.',
    },
  },
  PruneReport: {
    schema: pruneReport,
    example: {
      session: 'ventas',
      forgotten: ['3-9e8d7c6b'],
      deletedPacks: 2,
      rewrittenPacks: 1,
      freedBytes: 12_582_912,
    },
  },
  QrCode: { schema: qrCode, example: { qr: '2@Xf0...', expiresAt: AT, attempt: 1 } },
  RecentFile: { schema: recentFile, example: RECENT },
  RecentFiles: { schema: recentFiles, example: { items: [RECENT], total: 1 } },
  Recoverable: {
    schema: recoverable,
    example: {
      session: 'ventas',
      snapshots: 14,
      last: SNAPSHOT,
      isHere: false,
      gone: null,
      damaged: false,
      problems: [],
    },
  },
  RecoverSessions: {
    schema: recoverSessions,
    example: { sessions: ['ventas'], originRetired: true, start: true },
  },
  Recovered: {
    schema: recovered,
    example: { items: [{ session: 'ventas', ok: true, snapshot: SNAPSHOT.id, detail: 'started' }] },
  },
  RetireSession: { schema: retireSession, example: { snapshot: SNAPSHOT.id } },
  StartSession: { schema: startSession, example: { originRetired: true } },
  RestoreSnapshot: { schema: restoreSnapshot, example: { start: true, overwriteNewer: false } },
  SealTransfer: {
    schema: sealTransfer,
    example: {
      entries: [
        { path: 'Default', kind: 'directory', mode: 0o700, mtimeMs: Date.parse(AT) },
        {
          path: 'Default/Preferences',
          kind: 'file',
          mode: 0o600,
          mtimeMs: Date.parse(AT),
          size: 8_192,
          sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
        },
      ],
      caughtUpTo: AT,
      told: ['false_5491100000001@c.us_3EB0C767D097B7C7D2A1'],
    },
  },
  SendMessage: { schema: sendMessage, example: { to: '5491100000001', text: 'Hola' } },
  Session: { schema: session, example: SESSION },
  Snapshot: { schema: snapshot, example: SNAPSHOT },
  SnapshotDetail: {
    schema: snapshotDetail,
    example: {
      ...SNAPSHOT,
      structure: [{ name: 'Local Storage', ok: true, detail: '3 tables' }],
      census: { before: CENSUS, after: CENSUS },
      entries: [{ path: 'Default/Preferences', kind: 'file', mode: 0o600, size: 8_192 }],
    },
  },
  SnapshotList: { schema: snapshotList, example: { items: [SNAPSHOT], problems: [SNAPSHOT_PROBLEM] } },
  SnapshotProblem: { schema: snapshotProblem, example: SNAPSHOT_PROBLEM },
  StorageFolder: { schema: storageFolder, example: FOLDER },
  StorageReport: {
    schema: storageReport,
    example: {
      path: '/srv/leadmaster/tokens/ventas',
      bytes: 922_746_880,
      classes: { critical: 71_303_168, important: 1_048_576, optional: 818_937_856, temporary: 31_457_280 },
      folders: [FOLDER],
      growthBytesPerDay: 4_194_304,
      sizes: [{ at: AT, bytes: 922_746_880 }],
      warnBytes: 1_073_741_824,
      measuredAt: AT,
    },
  },
  TransferSession: {
    schema: transferSession,
    example: { to: 'https://other.example:3001', key: 'KEY-OF-THE-OTHER-MANAGER' },
  },
  Transition: { schema: transition, example: { from: 'AUTHENTICATED', to: 'READY', reason: 'synced', at: AT } },
  TrimReport: { schema: trimReport, example: { freedBytes: 850_395_136, bytes: 72_351_744 } },
  VerifyReport: {
    schema: verifyReport,
    example: { ok: true, checks: [{ name: 'content', ok: true, detail: '212 files, every byte read' }] },
  },
  VerifySnapshot: { schema: verifySnapshot, example: { drill: true } },
};
