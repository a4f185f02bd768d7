import { z } from 'zod';
import { seenAs } from './tenants/seen.ts';

/** What a session may be able to do with the page that it runs on. */
export const FEATURES = [
  'link',
  'ready',
  'ids',
  'text',
  'media',
  'inbound',
  'catchUp',
  'chats',
  'contacts',
  'groups',
  'download',
] as const;
export type Feature = (typeof FEATURES)[number];

/** `broken` is proven: what the step itself calls was missing twice, 30 s apart. `unknown` refuses nothing. */
export const FEATURE_VERDICTS = ['ok', 'broken', 'unknown'] as const;
export type FeatureVerdict = (typeof FEATURE_VERDICTS)[number];

export const capabilityCheck = z.object({
  name: seenAs('word', z.string()),
  feature: z.enum(FEATURES),
  ok: z.boolean(),
  detail: seenAs('operator', z.string()),
});
export type CapabilityCheck = z.infer<typeof capabilityCheck>;

/** What the last probe of a session's page found. `build` and `at` are null before the first. */
export const capabilities = z.object({
  build: z.string().nullable(),
  at: z.iso.datetime().nullable(),
  features: z.record(z.enum(FEATURES), z.enum(FEATURE_VERDICTS)),
  checks: z.array(capabilityCheck),
  /** Features that the operator uses although the probe found them broken. */
  overridden: z.array(z.enum(FEATURES)),
  /** First uses that failed on this build, by feature: a probe cannot see a changed meaning. */
  failures: z.partialRecord(z.enum(FEATURES), z.number().int()),
});
export type Capabilities = z.infer<typeof capabilities>;

/** Uses a feature although the probe calls it broken, or goes by the probe again. */
export const overrideCapabilities = z.strictObject({ override: z.array(z.enum(FEATURES)).max(FEATURES.length) });
