import { z } from 'zod';
import { recentFiles, storageReport, trimReport } from '../storage.ts';
import { SESSION_ERRORS, START_ERRORS } from './error-groups.ts';
import { limit, noBody, queryBoolean, queryInteger, sessionParams } from './inputs.ts';
import { json, routes } from './route.ts';

/** Ten years: longer than any profile has been. */
const MOST_HOURS = 87_600;

/** `/v1/sessions/{s}/storage`: the size of the profile, what changed in it, and making it smaller. */
export const storageRoutes = routes({
  getStorage: {
    method: 'GET',
    path: '/v1/sessions/{session}/storage',
    tag: 'storage',
    summary: 'The size of the profile, by class and folder; measured now, files are looked at and not read',
    description: '`growthBytesPerDay` is null until there is an hour of measurements to judge by.',
    scope: 'read',
    audience: 'tenant',
    params: sessionParams,
    answers: { 200: json('Its size', storageReport) },
    errors: SESSION_ERRORS,
  },
  listRecentFiles: {
    method: 'GET',
    path: '/v1/sessions/{session}/storage/recent',
    tag: 'storage',
    summary: 'Files of the profile that were changed lately, newest first',
    scope: 'read',
    audience: 'operator',
    params: sessionParams,
    query: z.strictObject({
      hours: queryInteger(1, MOST_HOURS).default(24).describe('How far back; 24 unless told otherwise'),
      limit: limit(1000),
    }),
    answers: { 200: json('The files', recentFiles) },
    errors: SESSION_ERRORS,
  },
  trimStorage: {
    method: 'POST',
    path: '/v1/sessions/{session}/storage/trim',
    tag: 'storage',
    summary: 'Delete what is optional and temporary; login and messages stay',
    description:
      "Cached media that the phone no longer has is gone for good; the next start compiles WhatsApp's script again, " +
      'about a second of processor time. What no rule of LeadMaster knows stays.',
    scope: 'storage',
    audience: 'tenant',
    long: 'trim',
    params: sessionParams,
    query: z.strictObject({
      restart: queryBoolean.default(false).describe('Stop a running session first, and start it afterwards'),
    }),
    body: noBody,
    answers: { 200: json('What went, and what is left', trimReport) },
    errors: [...SESSION_ERRORS, ...START_ERRORS, 'session_running', 'wrong_account'],
  },
});
