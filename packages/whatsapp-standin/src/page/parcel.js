import { carriedBy } from './rows.js';

/**
 * Messages as they go over the wire: the text, and beside it a medium, a poll, a quote.
 */

/** A row, for the server. */
export function toWire(row) {
  const { id, body, t } = row;
  const {
    directPath,
    caption,
    type,

    pollName,
    pollOptions,
    isForwarded,
    quotedStanzaID,
    ...rest
  } = carriedBy(row);
  return {
    ...{ id, body: directPath || pollName ? (caption ?? pollName ?? '') : (body ?? ''), t },
    ...(directPath ? { media: { ...rest, directPath, type } } : {}),
    ...(pollName ? { poll: { name: pollName, options: pollOptions.map(({ name }) => name) } } : {}),
    ...(isForwarded ? { forwarded: true } : {}),
    ...(quotedStanzaID ? { quoted: quotedStanzaID } : {}),
  };
}

/** What the server says of a message, in the names of a row. */
export function fromWire(message) {
  const { media, poll, forwarded, quoted, ciphertextMs, ...rest } = message;
  const plain = {
    ...{ ...rest, type: 'chat' },
    ...(media ? { ...media, stored: undefined, caption: message.body, body: '' } : {}),
    ...(poll ? pollFields(poll) : {}),
    ...(forwarded ? { isForwarded: true } : {}),
    ...(quoted ? { quotedStanzaID: quoted } : {}),
  };
  if (ciphertextMs === undefined) return plain;
  const sealed = { type: plain.type, body: plain.body, afterMs: ciphertextMs };
  return { ...plain, type: 'ciphertext', body: '', sealed };
}

function pollFields({ name, options }) {
  const pollOptions = options.map((option, localId) => ({ name: option, localId }));
  return { type: 'poll_creation', body: '', pollName: name, pollOptions, pollSelectableOptionsCount: 1 };
}
