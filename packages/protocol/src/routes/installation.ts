import { z } from 'zod';
import { doctorReport, toldLanguage } from '../doctor.ts';
import { settingsView } from '../settings.ts';
import { vaultView } from '../vault.ts';
import { noBody, queryBoolean } from './inputs.ts';
import { json, routes } from './route.ts';

const language = toldLanguage.default('en').describe('Of the sentences; names, codes and commands stay as they are');

/** What the doctor answers with where it cannot look. */
const LOOK_ERRORS = ['unprocessable', 'forbidden', 'timeout'] as const;

/** What an operator reads of an installation: its settings, where its snapshots go, what is wrong with it. */
export const installationRoutes = routes({
  getSettings: {
    method: 'GET',
    path: '/v1/settings',
    tag: 'service',
    summary: 'Every setting as the running service has it, and where its value comes from',
    description: 'Read at the start of the service. Secrets are never told: `isSecret`, with `value` null.',
    scope: 'read',
    audience: 'operator',
    answers: { 200: json('The settings', settingsView) },
    errors: [],
  },
  getVault: {
    method: 'GET',
    path: '/v1/vault',
    tag: 'snapshots',
    summary: 'Where snapshots go, when they are taken, how many are kept, and whether the vault opens',
    description:
      'A vault that does not open is an answer: `problem` says why. What it holds is told by `GET /v1/recover`, and for each session by its snapshots.',
    scope: 'read',
    audience: 'operator',
    answers: { 200: json('The vault', vaultView) },
    errors: [],
  },
  getDoctor: {
    method: 'GET',
    path: '/v1/doctor',
    tag: 'service',
    summary: 'What is wrong with this installation, with a suggested fix for each finding',
    description: 'Changes nothing. Takes seconds; with `network`, a browser is started to ask for WhatsApp Web.',
    scope: 'read',
    audience: 'operator',
    query: z.strictObject({
      lang: language,
      network: queryBoolean.default(false).describe('Also ask whether WhatsApp Web can be reached'),
    }),
    answers: { 200: json('The findings', doctorReport) },
    errors: LOOK_ERRORS,
  },
  fixInstallation: {
    method: 'POST',
    path: '/v1/doctor/fix',
    tag: 'service',
    summary: 'Fix what can be fixed beside a running service, and look again',
    description:
      'Only what loses nothing in any case: modes, stale locks, a missing .gitignore. What a session uses is left.',
    scope: 'admin',
    audience: 'operator',
    long: 'doctor_fix',
    query: z.strictObject({ lang: language }),
    body: noBody,
    answers: { 200: json('What was fixed, and what is left', doctorReport) },
    errors: [...LOOK_ERRORS, 'data_folder_in_use'],
  },
  getReport: {
    method: 'GET',
    path: '/v1/report',
    tag: 'service',
    summary: 'A report of this installation from live facts, as Markdown',
    description: 'It names accounts, their phones and paths of the machine.',
    scope: 'read',
    audience: 'operator',
    query: z.strictObject({ lang: language }),
    answers: { 200: { description: 'The report', content: { 'text/markdown': { schema: z.string() } } } },
    errors: LOOK_ERRORS,
  },
});
