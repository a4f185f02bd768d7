import { z } from 'zod';
import { accountChange } from '../accounts.ts';
import { actionFields } from '../actions.ts';
import { sending, sendingLevel } from '../bounds.ts';
import { FEATURE_VERDICTS, FEATURES } from '../features.ts';
import { accountLimits } from '../limits.ts';
import { ATTENTIONS, metadata } from '../session.ts';
import { importedFrom } from '../snapshots.ts';
import { SESSION_STATES, STATE_KINDS } from '../states.ts';
import { seenAs } from '../tenants/seen.ts';
import { events, OF_SESSION } from './statement.ts';

const generation = z.number().int().describe('The generation of the profile from now on');

/** Events of a session as a whole. */
export const sessionEvents = events({
  'session.created': {
    ...OF_SESSION,
    doc: 'A session was made here.',
    data: z.object({
      metadata: metadata.describe('What its maker has noted beside it'),
      adopted: z.literal(true).optional().describe('It was made of a folder of another program'),
      restored: z.literal(true).optional().describe('It was brought back from the vault'),
      transferred: z.literal(true).optional().describe('It comes from another session manager'),
    }),
  },
  'session.metadata': {
    ...OF_SESSION,
    doc: 'What is noted beside a session has changed.',
    data: z.object({ metadata: metadata.describe('All that is noted from now on') }),
  },
  'session.sending': {
    ...OF_SESSION,
    operatorFields: ['offBy'],
    doc: 'Sending was switched on or off, for the session alone or above it.',
    data: z.object({
      sending: sending.describe('Whether it may send from now on'),
      offBy: z.array(sendingLevel).describe('Who has it off: `session`, `tenant`, `machine`; empty where it is on'),
    }),
  },
  'session.expected_phone': {
    ...OF_SESSION,
    doc: 'The number that may be linked has changed.',
    data: z.object({
      expectedPhone: z.string().nullable().describe('Digits with the country code; null: any number may be linked'),
    }),
  },
  'session.state': {
    ...OF_SESSION,
    operatorFields: ['hint', 'detail'],
    doc: 'A session came into another state.',
    data: z.object({
      from: z.enum(SESSION_STATES).describe('The state before'),
      to: z.enum(SESSION_STATES).describe('The state from now on'),
      reason: seenAs('word', z.string().describe('Why, in one word')),
      stateKind: z.enum(STATE_KINDS).describe('Whether it passes by itself, stays, or waits for the operator'),
      hint: z.string().describe('What the operator can do about it; empty when nothing is asked'),
      ...actionFields,
      attempts: z.number().int().describe('Starts tried since the last stable READY'),
      detail: z.string().optional().describe('What was noticed, in words; absent where the reason says it all'),
    }),
  },
  'session.qr': {
    ...OF_SESSION,
    doc: 'A new QR waits to be scanned; the QR itself is asked for with a key.',
    data: z.object({
      attempt: z.number().int().describe('Which QR it is since the browser began to wait, from 1'),
      expiresAt: z.iso.datetime().describe('When WhatsApp takes it no more'),
    }),
  },
  'session.deleted': {
    ...OF_SESSION,
    doc: 'A session was deleted; its profile is in trash and its snapshots stay.',
    data: z.object({}),
  },
  'session.restored': {
    ...OF_SESSION,
    operatorFields: ['trashed', 'imported'],
    doc: 'A snapshot was put in place as the profile of a session.',
    data: z.object({
      id: z.string().describe('The snapshot'),
      generation,
      trashed: z
        .string()
        .nullable()
        .describe('The folder in trash that has the profile before; null where there was none'),
      imported: importedFrom.optional().describe('Where the snapshot came from, of one that was imported'),
    }),
  },
  'session.moved': {
    ...OF_SESSION,
    operatorFields: ['to', 'transfer'],
    doc: 'A session went to another session manager, came from one, or came back.',
    data: z.object({
      direction: z
        .enum(['away', 'here', 'back'])
        .describe(
          '`away`: it runs on the other one. `here`: it came from there. `back`: that one has given it up again',
        ),
      generation,
      transfer: z.string().describe('The id of the transfer, the same on both machines'),
      to: z.string().optional().describe('The address of the other session manager, of one that went away'),
    }),
  },
  'session.account': {
    ...OF_SESSION,
    operatorFields: ['session'],
    doc: 'Another account than before is linked, the same account has another number, or the operator has accepted it.',
    data: accountChange,
  },
  'session.limits': {
    ...OF_SESSION,
    doc: 'What WhatsApp allows the account has changed.',
    data: accountLimits,
  },
  'session.capabilities': {
    ...OF_SESSION,
    doc: 'What a session can do with the page that it runs on has changed.',
    data: z.object({
      build: z.string().nullable().describe('The build of WhatsApp Web; null where the page does not say'),
      changed: z
        .partialRecord(z.enum(FEATURES), z.enum(FEATURE_VERDICTS))
        .describe('The features whose verdict is another than before, with the new one'),
    }),
  },
  'session.attention': {
    ...OF_SESSION,
    doc: 'WhatsApp wants something of a person at the phone, or no longer wants it.',
    data: z.object({
      reason: z.enum(ATTENTIONS).nullable().describe('What it wants; null: it no longer wants anything'),
    }),
  },
});
