import { z } from 'zod';

/** What a session's browser used, all of its processes together. */
export const usageSample = z.object({
  at: z.iso.datetime(),
  /** Memory: shared pages are divided among those who share them. Null where it could not be measured. */
  memoryBytes: z.number().int().nullable(),
  /** Processor time since the sample before, or since its browser was started. */
  processorMs: z.number().int(),
});
export type UsageSample = z.infer<typeof usageSample>;

/**
 * Samples of the last day, oldest first: one every so many seconds while a browser runs, and one soon after each READY. A
 * restart of the service begins them again.
 */
export const usageReport = z.object({ everySeconds: z.number().int(), items: z.array(usageSample) });
export type UsageReport = z.infer<typeof usageReport>;
