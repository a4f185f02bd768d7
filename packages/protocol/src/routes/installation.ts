import { settingsView } from '../settings.ts';
import { vaultView } from '../vault.ts';
import { json, routes } from './route.ts';

/** What an operator reads of an installation: its settings, and where its snapshots go. */
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
});
