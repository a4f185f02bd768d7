import { z } from 'zod';
import { actionFields } from './actions.ts';

/** The languages of what the doctor and the report say. */
export const toldLanguage = z.enum(['en', 'es']);
export type ToldLanguage = z.infer<typeof toldLanguage>;

/** One line of the doctor's answer. */
export const toldFinding = z.object({
  /** What was found; for a check that found nothing, its topic. */
  id: z.string(),
  /** Only a `problem` makes the whole answer not ok. */
  severity: z.enum(['ok', 'note', 'warning', 'problem']),
  what: z.string(),
  where: z.string(),
  /** The suggested fix; empty where nothing is to be done. */
  fix: z.string(),
  /** Whether `POST /v1/doctor/fix` would do something about it now. */
  fixable: z.boolean(),
  ...actionFields,
});

/** What became of one thing that could be repaired. */
export const fixedFinding = z.object({ id: z.string(), where: z.string(), done: z.boolean(), detail: z.string() });

/** What is wrong with an installation, and what a fix did or why it did not. */
export const doctorReport = z.object({
  /** No problem is left; warnings and notes may be. */
  ok: z.boolean(),
  findings: z.array(toldFinding),
  fixed: z.array(fixedFinding),
});
export type DoctorAnswer = z.infer<typeof doctorReport>;
