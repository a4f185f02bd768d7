import type { Found, LoginItems } from './reading.ts';

/** One part of a login: whether it is there and of use, and what was seen of it. */
export interface LoginCheck {
  name: string;
  ok: boolean;
  detail: string;
}

interface Part {
  name: string;
  /** What it is for. */
  why: string;
  look(found: Found): { ok: boolean; seen: string };
}

/** Where WhatsApp's page keeps what of a login is in localStorage. */
export const LOGIN_ITEMS: LoginItems = {
  // The second is of older pages.
  account: ['last-wid-md', 'last-wid'],
  privateKey: 'WANoiseInfo',
};

/**
 * What a login consists of, as far as it can be told without WhatsApp's own page. Half of it is in localStorage, half
 * in IndexedDB, and neither half is worth anything without the other.
 */
const PARTS: readonly Part[] = [
  {
    name: 'account',
    why: 'whom the profile belongs to',
    look: ({ hasAccount }) => ({ ok: hasAccount, seen: hasAccount ? 'there' : 'missing' }),
  },
  {
    name: 'private_key',
    why: 'what proves to WhatsApp that this is the linked device',
    look: ({ sealed }) => ({ ok: sealed === 'present' || sealed === 'open', seen: SEALED[sealed] }),
  },
  {
    name: 'sealing_key',
    why: 'what opens the private key; no one can take it out of the browser',
    look: ({ databases: { wawc_db_enc: own } }) => ({
      ok: own !== undefined && own.usableKeys > 0,
      seen: own === undefined ? 'missing' : `${own.usableKeys} of ${own.keys} keys can be used`,
    }),
  },
  {
    name: 'registration',
    why: 'the identity that others know, and how far each conversation has come',
    look: ({ databases: { 'signal-storage': own } }) => ({
      ok: own !== undefined && own.readRows > 0,
      seen: own === undefined ? 'missing' : `${own.readRows} rows`,
    }),
  },
  {
    name: 'keys',
    why: 'every other key of the page',
    look({ databases }) {
      const all = Object.values(databases);
      const keys = all.reduce((sum, database) => sum + database.keys, 0);
      const usable = all.reduce((sum, database) => sum + database.usableKeys, 0);
      return { ok: keys > 0 && usable === keys, seen: `${usable} of ${keys} can be used` };
    },
  },
];

const SEALED: Record<Found['sealed'], string> = {
  absent: 'missing',
  present: "there, in a form that only WhatsApp's page opens",
  open: 'opened with the key that is in IndexedDB',
  shut: 'there, and no key in IndexedDB opens it',
};

/** What was found, part by part. Says nothing of what the parts are. */
export function judgeLogin(found: Found): LoginCheck[] {
  return PARTS.map(({ name, why, look }) => {
    const { ok, seen } = look(found);
    return { name, ok, detail: `${seen}: ${why}` };
  });
}
