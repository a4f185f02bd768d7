import { createHash, randomUUID } from 'node:crypto';
import {
  isSendingOff,
  LeadMasterError,
  type Message,
  type MessageCode,
  type MessageState,
  wasNeverSent,
} from '@leadmaster/protocol';
import { boundsReader, sendingOff } from './bounds.ts';
import type { Connection } from './connection.ts';
import type { MessageRecord } from './rows.ts';
import { unknownSession } from './sessions.ts';
import type { StateStore } from './state-store.ts';

interface Row {
  id: string;
  session: string;
  state: MessageState;
  whatsapp_id: string | null;
  recipient: string;
  error: string | null;
  code: MessageCode | null;
  retry_at: string | null;
  boot_id: string | null;
  generation: number | null;
  taken: 0 | 1;
  new_chat: 0 | 1 | null;
  request_hash: string;
  at: string;
  changed_at: string;
}

/**
 * How far a message has come. News may arrive in any order (a late "sent" after "delivered"), so a message only ever
 * moves up: an acknowledgement beats a failure or doubt told before it, and a failure a doubt; never the other way round.
 */
const RANK: Record<MessageState, number> = {
  QUEUED: 0,
  SENDING: 1,
  UNCERTAIN: 2,
  EXPIRED: 3,
  FAILED: 3,
  SENT: 4,
  DELIVERED: 5,
  READ: 6,
  PLAYED: 7,
};

function toMessage(row: Row): Message {
  return {
    id: row.id,
    session: row.session,
    state: row.state,
    whatsappId: row.whatsapp_id,
    to: row.recipient,
    error: row.error,
    code: row.code,
    retryAt: row.retry_at,
    at: row.at,
  };
}

function toRecord(row: Row): MessageRecord {
  return {
    message: toMessage(row),
    changedAt: row.changed_at,
    bootId: row.boot_id,
    generation: row.generation,
    isTaken: row.taken === 1,
    opensChat: row.new_chat === null ? null : row.new_chat === 1,
    requestHash: row.request_hash,
  };
}

/** What is kept of a text: enough to know it again. */
export function requestHash(to: string, text: string): string {
  return createHash('sha256')
    .update(JSON.stringify([to, text]))
    .digest('hex');
}

/** The journal of what was to be sent, written before it is sent. */
export function messagesTable({ db, now, write, read }: Connection): StateStore['messages'] {
  const boundsOf = boundsReader({ db });
  const insert = db.prepare<[string, string, string, string | null, string, string, string], Row>(
    `INSERT INTO messages (id, session, state, recipient, idempotency_key, request_hash, at, changed_at)
     VALUES (?, ?, 'QUEUED', ?, ?, ?, ?, ?) RETURNING *`,
  );
  const byKey = db.prepare<[string, string], Row>('SELECT * FROM messages WHERE session = ? AND idempotency_key = ?');
  const freeKey = db.prepare<[string, string]>(
    'UPDATE messages SET idempotency_key = NULL WHERE session = ? AND idempotency_key = ?',
  );
  const byId = db.prepare<[string], Row>('SELECT * FROM messages WHERE id = ?');
  const set = db.prepare<[string, string | null, string | null, string | null, string | null, string, string], Row>(
    `UPDATE messages SET state = ?, whatsapp_id = ?, error = ?, code = ?, retry_at = ?, changed_at = ?
     WHERE id = ? RETURNING *`,
  );
  const handOver = db.prepare<[string, string, number, number | null, string, string], Row>(
    `UPDATE messages SET state = 'SENDING', whatsapp_id = ?, boot_id = ?, generation = ?, new_chat = ?, changed_at = ?
     WHERE id = ? AND state = 'QUEUED' RETURNING *`,
  );
  const take = db.prepare<[string]>('UPDATE messages SET taken = 1 WHERE id = ? AND taken = 0');
  // Who sees it in the chats knows it for ours.
  const known = db.prepare<[string, string, string]>(
    'INSERT INTO inbox (session, message_id, event_id, at) VALUES (?, ?, 0, ?) ON CONFLICT DO NOTHING',
  );
  const byWhatsappId = db.prepare<[string, string], Row>(
    'SELECT * FROM messages WHERE session = ? AND whatsapp_id = ? ORDER BY seq DESC LIMIT 1',
  );
  const get = db.prepare<[string, string], Row>('SELECT * FROM messages WHERE session = ? AND id = ?');
  const list = db.prepare<[string, number], Row>('SELECT * FROM messages WHERE session = ? ORDER BY seq DESC LIMIT ?');
  const open = db.prepare<[string, string | null, string | null], Row>(
    `SELECT * FROM messages WHERE state IN ('SENDING', 'UNCERTAIN') AND at >= ? AND (? IS NULL OR session = ?) ORDER BY seq`,
  );
  const withoutId = db.prepare<[string], Row>(
    `SELECT * FROM messages WHERE session = ? AND state IN ('SENDING', 'UNCERTAIN') AND whatsapp_id IS NULL
     ORDER BY seq`,
  );
  const unsearched = db.prepare<[string], Row>(
    `SELECT * FROM messages WHERE session = ? AND state IN ('SENDING', 'UNCERTAIN') AND whatsapp_id IS NULL
       AND searched = 0 ORDER BY seq`,
  );
  const searched = db.prepare<[string]>('UPDATE messages SET searched = 1 WHERE id = ?');
  const inFlight = db.prepare<[], Row>(`SELECT * FROM messages WHERE state IN ('QUEUED', 'SENDING') ORDER BY seq`);
  const refused = db.prepare<[string, string], Row>(
    `SELECT * FROM messages WHERE session = ? AND state = 'FAILED' AND code = 'refused_by_whatsapp' AND changed_at >= ?
     ORDER BY seq`,
  );
  const acknowledged = db.prepare<[string], Row>(
    `SELECT * FROM messages WHERE session = ? AND state IN ('SENT', 'DELIVERED', 'READ', 'PLAYED')
     ORDER BY seq DESC LIMIT 1`,
  );
  const one = (row: Row | undefined): Message | null => (row === undefined ? null : toMessage(row));

  /** The message that a key stands for; throws when it was made by another request. */
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

  /** The same, unless it was certainly not sent: then the key is free for another try. */
  const standsFor = (session: string, key: string | null, hash: string): Message | null => {
    const made = seen(session, key, hash);
    return made === null || wasNeverSent(made) ? null : made;
  };

  /** The last door: what has passed it is with WhatsApp. */
  const requireSending = (id: string): void => {
    const session = byId.get(id)?.session;
    const bounds = session === undefined ? null : boundsOf(session);
    if (session !== undefined && bounds !== null && isSendingOff(bounds)) throw sendingOff(session, bounds);
  };

  return {
    repeated: ({ session, to, text, idempotencyKey }) =>
      read(() => standsFor(session, idempotencyKey, requestHash(to, text))),
    unacknowledged: (since, session) =>
      read(() => open.all(since.toISOString(), session ?? null, session ?? null).map(toRecord)),
    journal: ({ session, to, text, idempotencyKey }) =>
      write(() => {
        const hash = requestHash(to, text);
        const known = standsFor(session, idempotencyKey, hash);
        if (known !== null) return { message: known, fresh: false };
        // What was not sent keeps its id and its failure; the key passes to the new attempt.
        if (idempotencyKey !== null) freeKey.run(session, idempotencyKey);
        const bounds = boundsOf(session);
        if (bounds === null) throw unknownSession(session);
        if (isSendingOff(bounds)) throw sendingOff(session, bounds);
        const at = now().toISOString();
        const made = insert.get(`msg_${randomUUID()}`, session, to, idempotencyKey, hash, at, at);
        if (made === undefined) throw new Error('INSERT returned no row');
        return { message: toMessage(made), fresh: true };
      }),
    handOver: (id, { whatsappId, bootId, generation, opensChat }) =>
      write(() => {
        requireSending(id);
        const opens = opensChat === null ? null : Number(opensChat);
        const row = handOver.get(whatsappId, bootId, generation, opens, now().toISOString(), id);
        if (row === undefined) throw new Error(`the message ${id} is no longer to be handed over`);
        known.run(row.session, whatsappId, row.changed_at);
        return toMessage(row);
      }),
    take: (id) =>
      write(() => {
        take.run(id);
      }),
    update: (id, change) =>
      write(() => {
        const row = byId.get(id);
        if (row === undefined) return null;
        const moves = change.state !== undefined && RANK[change.state] >= RANK[row.state];
        const state = moves && change.state !== undefined ? change.state : row.state;
        // News that was overtaken brings its WhatsApp id, which stays true, but not what went wrong.
        const { error, code, retryAt } =
          RANK[state] >= RANK.SENT ? UNTROUBLED : moves ? troubleOf(row, change) : troubleOf(row, {});
        const whatsappId = change.whatsappId ?? row.whatsapp_id;
        const at = now().toISOString();
        if (change.whatsappId !== undefined) known.run(row.session, change.whatsappId, at);
        return one(set.get(state, whatsappId, error, code, retryAt, at, id));
      }),
    byWhatsappId: (session, ids) =>
      read(() => {
        for (const id of ids) {
          const row = byWhatsappId.get(session, id);
          if (row !== undefined) return toRecord(row);
        }
        return null;
      }),
    withoutId: (session) => read(() => withoutId.all(session).map(toRecord)),
    unsearched: (session) => read(() => unsearched.all(session).map(toRecord)),
    searched: (ids) =>
      write(() => {
        for (const id of ids) searched.run(id);
      }),
    inFlight: () => read(() => inFlight.all().map(toRecord)),
    refusedSince: (session, since) => read(() => refused.all(session, since.toISOString()).map(toRecord)),
    lastAcknowledgedAt: (session) => read(() => acknowledged.get(session)?.at ?? null),
    get: (session, id) => read(() => one(get.get(session, id))),
    list: (session, limit) => read(() => list.all(session, limit).map(toMessage)),
  };
}

type Trouble = Pick<Message, 'error' | 'code' | 'retryAt'>;
const UNTROUBLED: Trouble = { error: null, code: null, retryAt: null };

function troubleOf(row: Row, change: Partial<Trouble>): Trouble {
  return { error: row.error, code: row.code, retryAt: row.retry_at, ...change };
}
