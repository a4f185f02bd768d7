import { z } from 'zod';
import { FEATURE_VERDICTS, FEATURES } from './features.ts';
import { seenAs } from './tenants/seen.ts';

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
