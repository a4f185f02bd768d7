import { z } from 'zod';
import { createLink, linkState, madeLink, onboardingId, onboardingLink, onboardingToken } from '../onboarding.ts';
import { pairingCode, pairingRequest } from '../session.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { noBody, queryInteger, sessionParams } from './inputs.ts';
import { json, nothing, type RouteStatement, routes } from './route.ts';

const STORE_ERRORS = ['database_unreachable', 'storage_failed'] as const;

const common = { tag: 'linking', scope: 'control', audience: 'tenant' } as const satisfies Partial<RouteStatement>;

/** What the page of a link asks for: opened by the cookie of the browser that has taken the link, not by a key. */
const ofPage = {
  ...common,
  open: true,
  params: z.strictObject({ token: onboardingToken }),
} as const satisfies Partial<RouteStatement>;

const PAGE_ERRORS = [
  ...(['link_not_found', 'link_ended', 'link_not_claimed', 'rate_limited'] as const),
  ...(['machine_unreachable', 'wrong_state'] as const),
  ...STORE_ERRORS,
] as const;

/** Links for the owner of the phone, who has no key: made and revoked by those who have one. */
export const onboardingRoutes = routes({
  createLink: {
    ...common,
    method: 'POST',
    path: '/v1/sessions/{session}/links',
    summary: 'Make a link by which the owner of the phone links it; the answer shows its address this once',
    description:
      'The page at that address is in Spanish or English. Linking begins once its button is pressed; a session that is not ' +
      'running is then started. A session that is linked already has no use for a link: 409.',
    audit: { made: { field: 'id', kind: 'link' } },
    params: sessionParams,
    body: createLink,
    answers: { 201: json('The link', madeLink) },
    errors: [
      ...SESSION_ERRORS,
      'wrong_state',
      'login_mode_server',
      'limit_reached',
      'machine_unreachable',
      ...STORE_ERRORS,
    ],
  },
  listLinks: {
    ...common,
    method: 'GET',
    path: '/v1/sessions/{session}/links',
    summary: 'The links of a session, without what opens them; one is forgotten 30 days after its end',
    params: sessionParams,
    query: z.strictObject({
      limit: queryInteger(1, 500).default(100).describe('How many at most; 100 unless told otherwise'),
      after: z.string().max(128).optional().describe('`cursor` of the page before'),
    }),
    answers: { 200: json('A page', z.object({ items: z.array(onboardingLink), cursor: z.string().nullable() })) },
    errors: [...SESSION_ERRORS, ...STORE_ERRORS],
  },
  revokeLink: {
    ...common,
    method: 'DELETE',
    path: '/v1/sessions/{session}/links/{link}',
    summary: 'End a link at once, also for a browser that has its page open',
    params: sessionParams.extend({ link: onboardingId }),
    body: noBody,
    answers: { 204: nothing('Ended') },
    errors: [...SESSION_ERRORS, 'link_not_found', ...STORE_ERRORS],
  },
  getLinkState: {
    ...ofPage,
    method: 'GET',
    path: '/link/{token}/state',
    summary: 'What the page of a link shows now, to the browser that has taken the link',
    audit: { shows: ['qr', 'code'] },
    answers: { 200: json('What it shows', linkState) },
    errors: PAGE_ERRORS,
  },
  requestLinkCode: {
    ...ofPage,
    method: 'POST',
    path: '/link/{token}/code',
    summary: 'A code to type on the phone instead of scanning, for the browser that has taken the link',
    description:
      'A few for each link and for each number. Refused where the request comes from the page of another address.',
    body: pairingRequest,
    answers: { 200: json('The code', pairingCode) },
    errors: [...PAGE_ERRORS, 'forbidden', 'number_refused', 'not_waiting_for_qr'],
  },
});
