import { chatRow, findOrCreateChat, modelStorage } from './collections.js';
import { rowOf } from './rows.js';
import { chatWidOf } from './wid.js';

/**
 * The bulk of a real account: memory that the page holds, history in IndexedDB, media in CacheStorage. All of it is
 * incompressible, as encrypted and compressed media are.
 */
const CHATS = 40;
const ROWS_AT_ONCE = 64;
const MEDIA_BYTES = 256 * 1024;
const MOST_RANDOM = 65_536;
const MEDIA_CACHE = 'lru-media-array-buffer-cache';
const YEAR_S = 365 * 86_400;

const held = [];

/** Holds that many bytes live: one half in small objects, as models are, the other in buffers. */
export function holdHeap(bytes) {
  if (held.length > 0 || bytes === 0) return;
  const objects = Math.floor(bytes / 2 / 160);
  for (let i = 0; i < objects; i++) {
    held.push({
      id: `3EB0${i.toString(16)}`,
      t: i,
      body: `message ${i}`,
      from: { user: i, server: 'c.us' },
      ack: i % 4,
    });
  }
  for (let left = bytes / 2; left > 0; left -= MEDIA_BYTES) held.push(randomBytes(MEDIA_BYTES));
}

/** Carries out one order to grow; resolves when everything is on disk. */
export async function carryOut({ bytes, mediaBytes, rowBytes, ratePerSec }) {
  const rows = Math.ceil(bytes / rowBytes);
  const startedAt = performance.now();
  const atOnce = ratePerSec > 0 ? Math.max(1, Math.min(ROWS_AT_ONCE, Math.ceil(ratePerSec / 10))) : ROWS_AT_ONCE;
  for (let written = 0; written < rows; written += atOnce) {
    await writeRows(Math.min(atOnce, rows - written), rowBytes);
    if (ratePerSec > 0) await sleepUntil(startedAt + ((written + atOnce) / ratePerSec) * 1000);
  }
  await writeMedia(mediaBytes);
  return { bytes: rows * rowBytes + mediaBytes, rows };
}

async function writeRows(count, rowBytes) {
  const messages = [];
  const payloads = [];
  const chats = new Map();
  for (let i = 0; i < count; i++) {
    const wid = chatWidOf(`54911990000${String(Math.floor(Math.random() * CHATS)).padStart(2, '0')}`);
    const t = Math.floor(Date.now() / 1000 - 60 - Math.random() * YEAR_S);
    const id = `3A${hex(randomBytes(9))}`;
    const chat = findOrCreateChat(wid);
    if (chat.t < t) chat.t = t;
    chats.set(String(wid), chat);
    const fromMe = Math.random() < 0.4;
    const row = rowOf({ id, chat: wid, fromMe, body: `Message ${id}`, t, ack: 3 });
    messages.push({ value: row });
    payloads.push({ key: row.key, value: randomBytes(rowBytes) });
  }
  const chatRows = [...chats.values()].map((chat) => ({ value: chatRow(chat) }));
  await modelStorage.putAll({ message: messages, payload: payloads, chat: chatRows });
}

async function writeMedia(bytes) {
  if (bytes === 0) return;
  const cache = await caches.open(MEDIA_CACHE);
  for (let left = bytes; left > 0; left -= MEDIA_BYTES) {
    const body = randomBytes(Math.min(left, MEDIA_BYTES));
    await cache.put(`/media/${hex(randomBytes(12))}`, new Response(body));
  }
}

function randomBytes(length) {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += MOST_RANDOM) crypto.getRandomValues(bytes.subarray(at, at + MOST_RANDOM));
  return bytes;
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
}

function sleepUntil(time) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, time - performance.now())));
}
