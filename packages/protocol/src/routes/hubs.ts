import { z } from 'zod';
import { BYTES } from '../http-words.ts';
import {
  confirmEvents,
  HUB_BACKUP_BYTES,
  hubAndLog,
  hubBackup,
  hubList,
  keptSendingWord,
  savedHubBackup,
  sendingWord,
} from '../hubs.ts';
import { hubId } from '../names.ts';
import { VAULT_ERRORS } from './error-groups.ts';
import { queryInteger } from './inputs.ts';
import { json, nothing, type RouteStatement, routes } from './route.ts';

const ofHub = {
  tag: 'events',
  scope: 'admin',
  audience: 'operator',
} as const satisfies Partial<RouteStatement>;

const hubParams = z.strictObject({ hub: hubId });

/** `/v1/hubs`: who reads the log of events for good, and how far each has come. */
export const hubRoutes = routes({
  listHubs: {
    ...ofHub,
    method: 'GET',
    path: '/v1/hubs',
    summary: 'Hubs that are registered here, and how far each has read the log',
    answers: { 200: json('The hubs', hubList) },
    errors: ['storage_failed'],
  },
  confirmEvents: {
    ...ofHub,
    method: 'PUT',
    path: '/v1/hubs/{hub}',
    summary: 'Register a hub, and confirm the events that it has stored',
    description:
      'Events that a registered hub has not confirmed are kept beyond ordinary retention, up to `EVENTS_KEEP_MB`; what had to go is ' +
      'told to its reader as `events.gap`. May be repeated. A cursor behind the confirmed one is refused. Each call counts as ' +
      'seeing the hub, with or without a cursor; one that is not seen for 7 days is forgotten, with `hub.forgotten`.',
    params: hubParams,
    body: confirmEvents,
    answers: { 200: json('The hub, and the log', hubAndLog) },
    errors: ['cursor_of_another_log', 'cursor_unknown', 'cursor_behind', 'storage_failed'],
  },
  getSending: {
    ...ofHub,
    tag: 'sessions',
    method: 'GET',
    path: '/v1/hubs/{hub}/sending',
    summary: 'What a hub has said of sending here',
    params: hubParams,
    answers: { 200: json('What is kept', keptSendingWord) },
    errors: ['storage_failed'],
  },
  tellSending: {
    ...ofHub,
    tag: 'sessions',
    method: 'PUT',
    path: '/v1/hubs/{hub}/sending',
    summary: 'Say for whom a hub has sending off: the whole machine, tenants, and sessions from now on',
    description:
      'The stricter of what several hubs say holds, and no word is forgotten with its hub. A word with an earlier `revision` than the ' +
      'one that is kept changes nothing; the answer is what is kept.',
    params: hubParams,
    body: sendingWord,
    answers: { 200: json('What is kept', keptSendingWord) },
    errors: ['storage_failed'],
  },
  forgetHub: {
    ...ofHub,
    method: 'DELETE',
    path: '/v1/hubs/{hub}',
    summary: 'Forget a hub: nothing is kept for it any longer',
    params: hubParams,
    answers: { 204: nothing('It is forgotten') },
    errors: ['hub_not_found', 'storage_failed'],
  },
  listHubBackups: {
    ...ofHub,
    tag: 'snapshots',
    method: 'GET',
    path: '/v1/hub-backups',
    summary: 'Hubs of which the vault has a backup, each with its newest',
    answers: { 200: json('The newest backup of each hub', z.object({ items: z.array(hubBackup) })) },
    errors: VAULT_ERRORS,
  },
  saveHubBackup: {
    ...ofHub,
    tag: 'snapshots',
    method: 'PUT',
    path: '/v1/hub-backups/{hub}',
    summary: 'Keep a document of a hub in the vault',
    description:
      'Sealed like the sessions; the newest ten of each hub stay. What it holds is given out by no route: only `recover` opens it, where ' +
      'the vault and its key are. A document with the number of the newest one, or a lower one, changes nothing.',
    params: hubParams,
    query: z.strictObject({
      number: queryInteger(1, 9_999_999_999).describe('The hub numbers its documents: a later one has seen more'),
    }),
    bytes: 'whole',
    bodyLimit: { bytes: HUB_BACKUP_BYTES, ms: 120_000 },
    body: z.unknown().meta({ type: 'string', contentMediaType: BYTES }),
    answers: { 200: json('What became of it', savedHubBackup) },
    errors: [...VAULT_ERRORS, 'store_full'],
  },
});
