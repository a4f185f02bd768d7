import { z } from 'zod';
import { FEATURE_VERDICTS, FEATURES } from './features.ts';
import {
  CHAT_SERVERS,
  EXPORT_TYPES,
  RECORDED_DATABASES,
  RECORDED_EXPORTS,
  RECORDED_MODULE_NAMES,
  RECORDED_REASONS,
  SOCKET_STATES,
  STREAM_INFOS,
  STREAM_MODES,
} from './recording-vocabulary.ts';
import { SESSION_STATES } from './states.ts';

/**
 * What a session of WhatsApp Web looked like from inside, for those who build LeadMaster and have no phone. It may be
 * shared freely: every string here is a literal, one of a list, or digits and dots, and every number is bounded, so a
 * file that this schema accepts has no room for a text, a name, a key or a phone number.
 */

/** How large an account is, not how many things it has: 0, or the power of ten below. */
export const MAGNITUDES = [0, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000] as const;
const magnitude = z.literal(MAGNITUDES);

/**
 * The last part of `2.3000.N`: ten digits that begin with 10 (whatsapp-web-2026, 7.1), as no phone number with its country
 * code does.
 */
export const revision = z.number().int().min(1_000_000_000).max(1_099_999_999);

const exportShape = z.strictObject({
  type: z.enum(EXPORT_TYPES),
  /** How many parameters a function declares; null for what is no function. */
  arity: z.number().int().min(0).max(20).nullable(),
});
export type ExportShape = z.infer<typeof exportShape>;

const recordedModule = z.strictObject({
  /** `failed`: it is registered, and asking for it threw. */
  state: z.enum(['present', 'absent', 'failed']),
  exports: z.partialRecord(z.enum(RECORDED_EXPORTS), exportShape),
});
export type RecordedModuleShape = z.infer<typeof recordedModule>;

/** A field's name: `_serialized`, a minified private one (`$1`), or any other. */
const fieldName = z.union([z.literal(['_serialized', 'other']), z.string().regex(/^\$[0-9]{1,2}$/)]);

const keyShape = z.strictObject({
  /** Where the class keeps a key's text, by what its `toString` reads; null where it joins the text each time. */
  textField: fieldName.nullable(),
  /** The fields of one key, as far as their names may be told; null where the page holds no message. */
  ownFields: z
    .array(z.union([fieldName, z.literal(['fromMe', 'remote', 'id', 'self', 'participant'])]))
    .max(12)
    .nullable(),
});

/** What the page itself showed. */
export const recordedPage = z.strictObject({
  /** The page's loader is there. */
  hasLoader: z.boolean(),
  /** whatsapp-web.js has put its helpers into the page. */
  isInjected: z.boolean(),
  /** How many modules are registered, rounded down to hundreds. */
  modulesLoaded: z.number().int().min(0).max(1e6).multipleOf(100).nullable(),
  builds: z.strictObject({
    /** By `Debug.VERSION`, and by the module of the updater. */
    debug: revision.nullable(),
    updater: revision.nullable(),
  }),
  socket: z.enum(SOCKET_STATES).nullable(),
  hasSynced: z.boolean().nullable(),
  streamMode: z.enum(STREAM_MODES).nullable(),
  streamInfo: z.enum(STREAM_INFOS).nullable(),
  modules: z.record(z.enum(RECORDED_MODULE_NAMES), recordedModule),
  /** Null where the class could not be looked at. */
  messageKey: keyShape.nullable(),
  /** Where an id of a chat keeps its text; null where there is no chat. */
  widTextField: fieldName.nullable(),
  counts: z.strictObject({
    chats: magnitude,
    messages: magnitude,
    chatsByServer: z.partialRecord(z.enum(CHAT_SERVERS), magnitude),
  }),
  databases: z.partialRecord(z.enum(RECORDED_DATABASES), z.number().int().min(1).max(99_999)),
  /** Databases of other names. */
  otherDatabases: z.number().int().min(0).max(1_000),
});
export type RecordedPage = z.infer<typeof recordedPage>;

const release = z.string().regex(/^[0-9]{1,3}(\.[0-9]{1,3}){2}$/);

export const recording = z.strictObject({
  format: z.literal('leadmaster-recording'),
  formatVersion: z.literal(1),
  /** The day, in UTC. */
  day: z.string().regex(/^20[0-9]{2}-[01][0-9]-[0-3][0-9]$/),
  versions: z.strictObject({
    leadmaster: release,
    library: release.nullable(),
    browser: z.enum(['headless-shell', 'chromium', 'chrome', 'other']),
    chromium: z
      .string()
      .regex(/^[0-9]{1,4}(\.[0-9]{1,5}){3}$/)
      .nullable(),
  }),
  session: z.strictObject({
    state: z.enum(SESSION_STATES),
    /** Since the start of this run, oldest first. */
    path: z
      .array(
        z.strictObject({
          state: z.enum(SESSION_STATES),
          reason: z.enum(RECORDED_REASONS),
          afterMs: z.number().int().min(0).max(1e11),
        }),
      )
      .max(200),
  }),
  /** The result of the self-test for each feature; features without a result are absent. */
  features: z.partialRecord(z.enum(FEATURES), z.enum(FEATURE_VERDICTS)),
  page: recordedPage,
});
export type Recording = z.infer<typeof recording>;
