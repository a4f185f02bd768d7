import { z } from 'zod';
import { session } from '../session.ts';
import { restoreFromTrash, trashId, trashPage } from '../trash.ts';
import { SESSION_ERRORS } from './error-groups.ts';
import { queryInteger } from './inputs.ts';
import { json, routes } from './route.ts';

/** `/v1/trash`: profiles that were set aside, and one of them back as a session. */
export const trashRoutes = routes({
  listTrash: {
    method: 'GET',
    path: '/v1/trash',
    tag: 'storage',
    summary: 'Profiles that logout, delete, unlink and restore have set aside, newest first',
    description: '`cursor` is the next `after`, and null when these were the last.',
    scope: 'read',
    audience: 'operator',
    query: z.strictObject({
      limit: queryInteger(1, 500).default(100).describe('How many at most; 100 unless told otherwise'),
      after: trashId.optional().describe('The id of the last entry already known'),
    }),
    answers: { 200: json('The trash', trashPage) },
    errors: ['profile_unreadable'],
  },
  restoreFromTrash: {
    method: 'POST',
    path: '/v1/trash/{entry}/restore',
    tag: 'storage',
    summary: 'Bring a profile back from the trash, as the session that it was; it is STOPPED',
    description:
      'Its name must be free, it must be the newest of its session in the trash, and its login must be whole. Refused where the ' +
      'vault has a later state of the login, where it went to another machine since, or is linked in another session here. A ' +
      'login of an account that went away from here under another name comes back as a copy: it starts only once `originRetired` is confirmed, here or with a start.',
    scope: 'admin',
    audience: 'operator',
    params: z.strictObject({ entry: trashId }),
    body: restoreFromTrash.nullish(),
    answers: { 200: json('The session, STOPPED', session) },
    errors: [
      ...SESSION_ERRORS,
      'trash_not_found',
      'session_exists',
      'session_unclaimed',
      'session_moved',
      'transfer_open',
      'place_changed',
      'linked_elsewhere',
      'newer_login',
      'login_damaged',
      'profile_in_use',
      'browser_not_gone',
      'unprocessable',
      'wrong_state',
      'session_running',
    ],
  },
});
