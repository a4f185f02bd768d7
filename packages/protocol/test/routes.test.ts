import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  AUDITED_PARAMS,
  auditOf,
  HUB_ROUTES,
  type HubRouteId,
  NOT_ON_HUB,
  plainFieldsOf,
  ROUTES,
  type Route,
  type RouteId,
} from '../src/index.ts';
import { describeRoutes } from '../src/routes/describe.ts';

const DOC = join(import.meta.dirname, '../../../docs/routes.md');

/** Who may call what: a route is added here, and changed here, on purpose. */
const WHO: Record<HubRouteId | RouteId, `${Route['audience']} ${Route['scope']}`> = {
  createSession: 'tenant control',
  listSessions: 'tenant read',
  getSession: 'tenant read',
  changeSession: 'tenant control',
  deleteSession: 'tenant control',
  startSession: 'tenant control',
  stopSession: 'tenant control',
  restartSession: 'tenant control',
  logoutSession: 'tenant control',
  settleAccount: 'tenant control',
  adoptSession: 'operator admin',
  listTransitions: 'tenant read',
  checkSession: 'tenant read',
  getCapabilities: 'tenant read',
  overrideCapabilities: 'operator control',
  recordSession: 'operator read',
  getQr: 'tenant control',
  requestPairingCode: 'tenant control',
  listEvents: 'tenant read',
  listSessionEvents: 'tenant read',
  sendMessage: 'tenant send',
  listMessages: 'tenant read',
  getMessage: 'tenant read',
  createSnapshot: 'tenant storage',
  listSnapshots: 'tenant read',
  getSnapshot: 'tenant read',
  deleteSnapshot: 'tenant storage',
  pruneSnapshots: 'tenant storage',
  acceptRollback: 'operator admin',
  verifySnapshot: 'tenant storage',
  restoreSnapshot: 'tenant storage',
  listRecoverable: 'operator admin',
  recoverSessions: 'operator admin',
  exportSnapshot: 'tenant admin',
  importSession: 'operator admin',
  retireSession: 'operator admin',
  getStorage: 'tenant read',
  listRecentFiles: 'operator read',
  trimStorage: 'tenant storage',
  transferSession: 'operator admin',
  prepareTransfer: 'operator admin',
  getTransfer: 'operator admin',
  missingOfTransfer: 'operator admin',
  sendPiece: 'operator admin',
  sealTransfer: 'operator admin',
  commitTransfer: 'operator admin',
  abortTransfer: 'operator admin',
  health: 'tenant read',
  ready: 'tenant read',
  metrics: 'operator read',
  listChats: 'tenant read',
  listChatMessages: 'tenant read',
  listContacts: 'tenant read',
  checkNumber: 'tenant send',
  getUsage: 'tenant read',
  listTrash: 'operator read',
  restoreFromTrash: 'operator admin',
  getSettings: 'operator read',
  getVault: 'operator read',
  getDoctor: 'operator read',
  fixInstallation: 'operator admin',
  getReport: 'operator read',
  getMachine: 'operator read',
  listHubs: 'operator admin',
  confirmEvents: 'operator admin',
  getSending: 'operator admin',
  tellSending: 'operator admin',
  forgetHub: 'operator admin',
  listHubBackups: 'operator admin',
  saveHubBackup: 'operator admin',
  getMe: 'tenant read',
  signIn: 'tenant control',
  signOut: 'tenant control',
  createSignInCode: 'tenant control',
  createTenant: 'operator admin',
  listTenants: 'operator admin',
  getTenant: 'operator admin',
  changeTenant: 'operator admin',
  deleteTenant: 'operator admin',
  createKey: 'operator admin',
  listKeys: 'operator admin',
  revokeKey: 'operator admin',
  createLink: 'tenant control',
  listLinks: 'tenant control',
  revokeLink: 'tenant control',
  getLinkState: 'tenant control',
  requestLinkCode: 'tenant control',
  addMachine: 'operator admin',
  listMachines: 'operator read',
  drainMachine: 'operator admin',
  moveSession: 'operator admin',
  changeMachine: 'operator admin',
  removeMachine: 'operator admin',
  listAudit: 'operator admin',
  getAuditHead: 'operator admin',
  verifyAudit: 'operator admin',
  listBuilds: 'operator read',
  getPlace: 'operator read',
  acceptPlace: 'operator admin',
  listOperations: 'tenant read',
  getOperation: 'tenant read',
  compatStatus: 'tenant read',
  compatQr: 'tenant control',
  compatQrPage: 'tenant control',
  compatQrCode: 'tenant control',
  compatConnect: 'tenant control',
  compatDisconnect: 'tenant control',
  compatSend: 'tenant send',
};

/** Parts of paths that no line of the audit may hold. */
const PRIVATE = ['token', 'phone', 'chat'];

const ALL: readonly Route[] = Object.values({ ...ROUTES, ...HUB_ROUTES });
const of = (fits: (route: Route) => boolean): string[] => ALL.filter(fits).map(({ id }) => id);

describe('every route', () => {
  test('states who may call it', () => {
    expect(Object.fromEntries(ALL.map(({ id, audience, scope }) => [id, `${audience} ${scope}`]))).toEqual(WHO);
  });

  test('that speaks of machines, of the whole vault or of other places is for the operator', () => {
    const theirs =
      /adopt|import|transfer|move$|recover|retire|metrics|builds|doctor|report|settings|trash|vault|keys|place|tenants|machine|hubs|audit/;
    expect(of(({ path, audience }) => theirs.test(path) && audience !== 'operator')).toEqual([]);
  });

  test('that shows a QR or a pairing code wants control, and an export wants admin', () => {
    const shows = /\/qr(-code)?$|pairing-code|links/;
    expect(of(({ path, scope }) => shows.test(path) && scope !== 'control')).toEqual([]);
    expect(of(({ path, scope }) => path.endsWith('/export') && scope !== 'admin')).toEqual([]);
  });

  test('that changes something wants more than read', () => {
    expect(of(({ method, scope }) => method !== 'GET' && scope === 'read')).toEqual([]);
  });

  test('that a tenant may call names the fields that are not for it, and each is one that it reads', () => {
    for (const { id, audience, operatorInput, query, body } of ALL) {
      if (operatorInput === undefined) continue;
      const read = [query, body].flatMap((schema) => (schema === undefined ? [] : fieldsOf(schema)));
      expect([id, audience, operatorInput.filter((field) => !read.includes(field))]).toEqual([id, 'tenant', []]);
    }
  });

  test('in which one gives what only the operator knows keeps that from tenants', () => {
    const confirms = ['originRetired', 'olderLogin', 'otherWriters', 'otherAccount', 'tenant', 'machine'];
    for (const { id, audience, operatorInput = [], query, body } of ALL) {
      if (audience === 'operator') continue;
      const read = [query, body].flatMap((schema) => (schema === undefined ? [] : fieldsOf(schema)));
      expect([id, read.filter((field) => confirms.includes(field))]).toEqual([id, operatorInput]);
    }
  });
});

describe('the audit', () => {
  test('has a line of every route that changes something, and of those that show a login', () => {
    expect(of((route) => route.method !== 'GET' && auditOf(route) === null)).toEqual([]);
    expect(of((route) => route.method === 'GET' && auditOf(route) !== null)).toEqual([
      'getQr',
      'exportSnapshot',
      'compatQr',
      'compatQrPage',
      'compatQrCode',
      'getLinkState',
    ]);
  });

  test('names by its path what may be named, and nothing else', () => {
    expect(AUDITED_PARAMS.filter((name) => PRIVATE.some((each) => each === name))).toEqual([]);
    for (const { id, path } of ALL.filter((route) => auditOf(route) !== null && !(route.id in NOT_ON_HUB))) {
      const params = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const known = [...AUDITED_PARAMS, ...PRIVATE];
      expect([id, params.filter((name) => !known.some((each) => each === name))]).toEqual([id, []]);
    }
  });

  test('is told of fields that are yes or no, or some of a few words, and of no text', () => {
    const told = new Set(ALL.filter(({ method }) => method !== 'GET').flatMap((route) => [...plainFieldsOf(route)]));
    expect([...told]).toEqual(
      expect.arrayContaining(['originRetired', 'purge', 'draining', 'scopes', 'mode', 'accept']),
    );
    const texts = [
      'name',
      'title',
      'to',
      'text',
      'message',
      'phone',
      'path',
      'url',
      'token',
      'key',
      'metadata',
      'addresses',
    ];
    expect(texts.filter((field) => told.has(field))).toEqual([]);
  });
});

test('docs/routes.md is printed from the contract', async () => {
  await expect(describeRoutes()).toMatchFileSnapshot(DOC);
});

interface Shape {
  properties?: Record<string, unknown>;
  anyOf?: Shape[];
}

function fieldsOf(schema: z.ZodType): string[] {
  const fields = ({ properties = {}, anyOf = [] }: Shape): string[] => [
    ...Object.keys(properties),
    ...anyOf.flatMap(fields),
  ];
  return fields(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', metadata: z.registry() }) as Shape);
}
