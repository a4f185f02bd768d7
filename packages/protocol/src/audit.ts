import { z } from 'zod';

const time = z.iso.datetime();
const count = z.number().int();

/** How an act that has begun stands in the audit until its result is there. */
export const BEGUN = 'begun';

/**
 * One line of the audit: one act. A change is written twice: before it is done, as `begun`, and with its result. A long call that
 * continues after its answer has a third line, with its end. A list shows the last of them alone.
 */
export const auditLine = z.object({
  id: count,
  at: time,
  actor: z
    .string()
    .describe('`operator` (the admin key), `open` (no key was asked for), `key:ID`, `hub`, or `unknown`'),
  action: z
    .string()
    .describe('The operation id of the route; `wrongKey`, `pruneAudit` or `auditBroken` where it is none'),
  target: z.string().describe('What it is about: `session:acme.ventas snapshot:ID`'),
  from: z.string().nullable().describe('The address that the request came from'),
  result: z
    .string()
    .describe(
      '`ok`, `accepted` (it continues, and its end is another line), `begun` (no result is known), `caller_left`, or the code of the error',
    ),
  tenant: z.string().nullable(),
  session: z.string().nullable().describe('By its full name'),
  detail: z.record(z.string(), z.unknown()).describe('Fields of the request that can hold nothing private'),
  begun: count.nullable().describe('The earlier line of the same act'),
  mac: z.string().describe('HMAC of this line and of the `mac` of the line before'),
});
export type AuditLine = z.infer<typeof auditLine>;

/** A page of the audit. `cursor`: oldest first, the next `after`, also at the end; newest first, the next `before`, and 0 at the end. */
export const auditPage = z.object({ items: z.array(auditLine), cursor: count });

/** The end of the audit. Kept elsewhere, it shows later that nothing up to it was removed or changed. */
export const auditHead = z.object({ line: count, at: time.nullable(), mac: z.string() });
export type AuditHead = z.infer<typeof auditHead>;

/** What a verification finds. */
export const AUDIT_PROBLEMS = [
  'line_missing',
  'line_changed',
  'line_added',
  'tail_cut',
  'head_forged',
  'checkpoint_forged',
  'broken_earlier',
  'other_head',
] as const;
export type AuditProblem = (typeof AUDIT_PROBLEMS)[number];

/** Whether the audit is what was written: every line that is kept, from the last checkpoint to the head. */
export const auditReport = z.object({
  ok: z.boolean(),
  lines: count.describe('How many were read'),
  checkpoint: auditHead.nullable().describe('The last line that was pruned; null where none was'),
  head: auditHead,
  given: z
    .enum(['kept', 'pruned', 'missing', 'other'])
    .nullable()
    .describe('The head that the caller gave: still there, pruned since, not there, or there with other content'),
  problems: z.array(z.object({ problem: z.enum(AUDIT_PROBLEMS), line: count })).describe('The first hundred'),
});
export type AuditReport = z.infer<typeof auditReport>;

/** What a route is about, as audit lines name it. `origin`: the address of a service, without its path. */
export type AuditKind = 'session' | 'snapshot' | 'message' | 'tenant' | 'key' | 'link' | 'machine' | 'origin';

/** What of a request and of its answer stands in its audit line, beside what every line has. */
export interface AuditStatement {
  /** Fields of the body that name what it is about. */
  readonly names?: Readonly<Record<string, AuditKind>>;
  /** The field of the good answer that names what was made. */
  readonly made?: { readonly field: string; readonly kind: AuditKind };
  /**
   * Of a route that only reads: the fields of a JSON answer that show a login. Where none of them is there, nothing was shown.
   * Empty: every good answer shows it.
   */
  readonly shows?: readonly string[];
  /** Of a route that is no GET: it changes nothing that a hub knows of its tenants, keys, machines and sessions. */
  readonly changesHub?: false;
}
