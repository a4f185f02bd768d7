import { z } from 'zod';
import { auditHead, auditPage, auditReport } from '../audit.ts';
import { sessionName, tenantName } from '../names.ts';
import { plainText } from '../plain-text.ts';
import { queryBoolean, queryInteger } from './inputs.ts';
import { json, type RouteStatement, routes } from './route.ts';

const LINES = Number.MAX_SAFE_INTEGER;

/** What they share: the operator's, whose key may do everything. */
const common = {
  method: 'GET',
  tag: 'audit',
  scope: 'admin',
  audience: 'operator',
  errors: ['database_unreachable', 'storage_failed'],
} as const satisfies Partial<RouteStatement>;

/** `/v1/audit`: read, proven, and its end taken elsewhere. Nothing changes it but what is audited, and its pruning by age. */
export const auditRoutes = routes({
  listAudit: {
    ...common,
    path: '/v1/audit',
    summary: 'What was done through this hub',
    description:
      'Oldest first, `cursor` is the next `after`, also at the end: a reader that keeps it reads on from there. ' +
      'Newest first, `cursor` is the next `before`, and 0 at the end.',
    query: z.strictObject({
      order: z.enum(['oldest', 'newest']).default('oldest').describe('Which lines come first'),
      after: queryInteger(0, LINES).default(0).describe('Lines behind this one alone: `cursor` of the page before'),
      before: queryInteger(1, LINES)
        .optional()
        .describe('Lines in front of this one alone: `cursor` of the page before, newest first'),
      limit: queryInteger(1, 500).default(100).describe('How many at most; 100 unless told otherwise'),
      tenant: tenantName.optional().describe('What is about this tenant alone'),
      session: sessionName.optional().describe('What is about this session alone, by its full name'),
      actor: plainText({ min: 1, max: 100 })
        .optional()
        .describe('What this one did alone: `operator`, `key:ID`, `hub`'),
      action: plainText({ min: 1, max: 100 }).optional().describe('This act alone, by the operation id of its route'),
      all: queryBoolean
        .default(false)
        .describe('Every line as it was written: also that a change has begun, where its result is there'),
    }),
    answers: { 200: json('A page', auditPage) },
    errors: ['invalid_session_name', ...common.errors],
  },
  getAuditHead: {
    ...common,
    path: '/v1/audit/head',
    summary: 'The end of the audit. Kept elsewhere, it shows later whether the tail was cut',
    answers: { 200: json('The head', auditHead) },
  },
  verifyAudit: {
    ...common,
    path: '/v1/audit/verify',
    summary: 'Read every line, and tell whether one was removed, changed, added or cut off',
    description: 'Damage is an answer, `ok: false`.',
    query: z.strictObject({
      head: z
        .string()
        .regex(/^\d{1,15}:[\w-]{0,64}$/, 'must be the line and the mac of a head, as 42:MAC')
        .optional()
        .describe('A head that was kept elsewhere, `LINE:MAC`: everything up to it must be there as it was'),
    }),
    answers: { 200: json('What was found', auditReport) },
  },
});
