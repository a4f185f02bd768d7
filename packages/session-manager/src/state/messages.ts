import { createHash, randomUUID } from 'node:crypto';
import { LeadMasterError, type Message, type MessageState } from '@leadmaster/protocol';
import type { Connection } from './connection.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  id: string;
  session: string;
  state: MessageState;
  whatsapp_id: string | null;
  recipient: string;
  error: string | null;
  request_hash: string;
  at: string;
  changed_at: string;
}

/**
 * How far a message has come. News may arrive in any order (a late "sent" after "delivered"), so a message only ever
 * moves up: an acknowledgement beats a failure or doubt told before it, never the other way round.
 */
const RANK: Record<MessageState, number> = {
  QUEUED: 0,
  SENDING: 1,
  EXPIRED: 2,
  FAILED: 2,
  UNCERTAIN: 2,
  SENT: 3,
  DELIVERED: 4,
  READ: 5,
  PLAYED: 6,
};

function toMessage(row: Row): Message {
  return {
    id: row.id,
    session: row.session,
    state: row.state,
    whatsappId: row.whatsapp_id,
    to: row.recipient,
    error: row.error,
    code: null,
    retryAt: null,
    at: row.at,
  };
}

function hashOf(to: string, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify([to, text]))
    .digest('hex');
}

/** The journal of what was to be sent, written before it is sent. */
export function messagesTable({ db, now, write, read }: Connection): StateStore['messages'] {
  const hasSession = db.prepare<[string]>('SELECT 1 FROM sessions WHERE name = ?');
  const insert = db.prepare<[string, string, string, string | null, string, string, string], Row>(
    `INSERT INTO messages (id, session, state, recipient, idempotency_key, request_hash, at, changed_at)
     VALUES (?, ?, 'QUEUED', ?, ?, ?, ?, ?) RETURNING *`,
  );
  const byKey = db.prepare<[string, string], Row>('SELECT * FROM messages WHERE session = ? AND idempotency_key = ?');
  const byId = db.prepare<[string], Row>('SELECT * FROM messages WHERE id = ?');
  const set = db.prepare<[string, string | null, string | null, string, string], Row>(
    'UPDATE messages SET state = ?, whatsapp_id = ?, error = ?, changed_at = ? WHERE id = ? RETURNING *',
  );
  const byWhatsappId = db.prepare<[string, string], Row>(
    'SELECT * FROM messages WHERE session = ? AND whatsapp_id = ? ORDER BY seq DESC LIMIT 1',
  );
  const get = db.prepare<[string, string], Row>('SELECT * FROM messages WHERE session = ? AND id = ?');
  const list = db.prepare<[string, number], Row>('SELECT * FROM messages WHERE session = ? ORDER BY seq DESC LIMIT ?');
  const open = db.prepare<[string, string | null, string | null], Row>(
    `SELECT * FROM messages WHERE state IN ('SENDING', 'UNCERTAIN') AND at >= ? AND (? IS NULL OR session = ?) ORDER BY seq`,
  );
  const settle = db.prepare<[string, string, string, string]>(
    'UPDATE messages SET state = ?, error = ?, changed_at = ? WHERE state = ?',
  );
  const one = (row: Row | undefined): Message | null => (row === undefined ? null : toMessage(row));

  /** The message that a key made; throws when it was made by another request. */
  const seen = (session: string, key: string | null, hash: string): Message | null => {
    const row = key === null ? undefined : byKey.get(session, key);
    if (row === undefined || row.request_hash === hash) return one(row);
    throw new LeadMasterError(
      'idempotency_conflict',
      `The idempotency key was used for another message of session "${session}".`,
      'Use a new Idempotency-Key for every new message; repeat a key only to repeat the same request.',
      { extra: { messageId: row.id } },
    );
  };

  return {
    repeated: ({ session, to, text, idempotencyKey }) => read(() => seen(session, idempotencyKey, hashOf(to, text))),
    unacknowledged: (since, session) =>
      read(() =>
        open
          .all(since.toISOString(), session ?? null, session ?? null)
          .map((row) => ({ message: toMessage(row), changedAt: row.changed_at })),
      ),
    journal: ({ session, to, text, idempotencyKey }) =>
      write(() => {
        const hash = hashOf(to, text);
        const known = seen(session, idempotencyKey, hash);
        if (known !== null) return { message: known, fresh: false };
        if (hasSession.get(session) === undefined) throw unknownSession(session);
        const at = now().toISOString();
        const made = insert.get(`msg_${randomUUID()}`, session, to, idempotencyKey, hash, at, at);
        if (made === undefined) throw new Error('INSERT returned no row');
        return { message: toMessage(made), fresh: true };
      }),
    update: (id, change) =>
      write(() => {
        const row = byId.get(id);
        if (row === undefined) return null;
        const moves = change.state !== undefined && RANK[change.state] >= RANK[row.state];
        const overtaken = change.state !== undefined && !moves;
        const state = moves && change.state !== undefined ? change.state : row.state;
        // News that was overtaken brings its WhatsApp id, which stays true, but not its error.
        const error = change.error === undefined || overtaken ? row.error : change.error;
        const acknowledged = RANK[state] >= RANK.SENT;
        return one(
          set.get(state, change.whatsappId ?? row.whatsapp_id, acknowledged ? null : error, now().toISOString(), id),
        );
      }),
    byWhatsappId: (session, whatsappId) => read(() => one(byWhatsappId.get(session, whatsappId))),
    get: (session, id) => read(() => one(get.get(session, id))),
    list: (session, limit) => read(() => list.all(session, limit).map(toMessage)),
    settleInterrupted: () =>
      write(() => {
        const at = now().toISOString();
        const unsure = settle.run('UNCERTAIN', 'The service stopped while it was being sent.', at, 'SENDING');
        const unsent = settle.run('FAILED', 'The service stopped before it was sent.', at, 'QUEUED');
        return unsure.changes + unsent.changes;
      }),
  };
}
