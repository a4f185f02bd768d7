import { type ClientSessions, isSessionName, SESSION_NAME_RULE } from '@leadmaster/protocol';
import { parsed } from './parsers.ts';

const CLIENT_ID = /^[A-Za-z0-9_-]{1,64}$/;

/** Pairs of a client's id and its session. Each client has a session of its own: two with one would send from one number. */
export const clientSessions = parsed(
  'a client and its session, for each client, such as 51:ventas,52:soporte',
  (text): ClientSessions => {
    const sessions = new Map<string, string>();
    for (const pair of text.split(',').map((part) => part.trim())) {
      const [id = '', session, ...more] = pair.split(':').map((part) => part.trim());
      if (!CLIENT_ID.test(id) || session === undefined || more.length > 0)
        throw new Error(`"${pair}" is no client and its session`);
      if (!isSessionName(session)) throw new Error(`"${session}" is no session: ${SESSION_NAME_RULE}`);
      if (sessions.has(id)) throw new Error(`the client ${id} stands there twice`);
      if ([...sessions.values()].includes(session)) throw new Error(`${session} is the session of two clients`);
      sessions.set(id, session);
    }
    return sessions;
  },
);
