import { me } from '../central-hub.ts';
import type { ErrorCode } from '../errors.ts';
import { signIn, signInCode } from '../sign-in.ts';
import { noBody } from './inputs.ts';
import { json, nothing, routes } from './route.ts';

const STORE_ERRORS = ['database_unreachable', 'storage_failed'] as const satisfies readonly ErrorCode[];

/** How a browser opens the hub: with a cookie that stands for a key, and ends with it. */
export const signInRoutes = routes({
  signIn: {
    method: 'POST',
    path: '/v1/sign-in',
    tag: 'keys',
    summary: 'Sign a browser in, with a key or with the code of a link',
    description:
      'Sets a cookie that stands for the key: HttpOnly, SameSite=Strict, and Secure where HUB_URL is https. What changes something ' +
      'then wants the header `X-LeadMaster-Request: 1`. A code works once.',
    scope: 'control',
    audience: 'tenant',
    audit: { changesHub: false },
    open: true,
    body: signIn,
    answers: { 200: json('The caller that the cookie stands for', me) },
    errors: ['unauthorized', 'forbidden', 'rate_limited', ...STORE_ERRORS],
  },
  signOut: {
    method: 'POST',
    path: '/v1/sign-out',
    tag: 'keys',
    summary: 'End the sign-in of the cookie, with the streams that it has open; does nothing without one',
    scope: 'control',
    audience: 'tenant',
    audit: { changesHub: false },
    open: true,
    body: noBody,
    answers: { 204: nothing('Ended') },
    errors: ['forbidden', ...STORE_ERRORS],
  },
  createSignInCode: {
    method: 'POST',
    path: '/v1/sign-in-codes',
    tag: 'keys',
    summary: 'A link that signs a browser in, as the key that asks for it: it works once, within ten minutes',
    scope: 'control',
    audience: 'tenant',
    audit: { changesHub: false },
    body: noBody,
    answers: { 201: json('The link', signInCode) },
    errors: STORE_ERRORS,
  },
});
