/**
 * What page and server say to each other over the WebSocket. JSON, because it is readable in a debugger;
 * WhatsApp's own binary format would add nothing that a session keeper could notice.
 */

/** An elliptic public key (P-256), as WebCrypto exports it. */
export interface PublicKey {
  readonly kty: string;
  readonly crv: string;
  readonly x: string;
  readonly y: string;
}

/** One step of a device's ratchet: used once, persisted by the page before it is used. */
export interface RatchetStep {
  readonly counter: number;
  readonly nonce: string;
  /** The nonces of the steps before this one, latest last: shows which past this profile remembers. */
  readonly chain: readonly string[];
}

/** A medium, as the message that carries it describes it; the bytes lie on the media server under `directPath`. */
export interface WireMedia {
  readonly type: string;
  readonly mimetype: string;
  readonly directPath: string;
  /** SHA-256 of the bytes, in base64. */
  readonly filehash: string;
  readonly encFilehash: string;
  readonly mediaKey: string;
  /** Seconds. */
  readonly mediaKeyTimestamp: number;
  /** Bytes. */
  readonly size: number;
  readonly filename?: string;
  /** What the media server has under that path: so many bytes, with that SHA-256 in base64. */
  readonly stored?: { readonly bytes: number; readonly sha256: string };
}

/** What a message carries besides its text (which is the caption of a medium and the question of a poll). */
export interface Carried {
  readonly media?: WireMedia;
  readonly poll?: { readonly name: string; readonly options: readonly string[] };
  /** A vote: the poll's own id and the options voted for. It is shown nowhere as a message. */
  readonly vote?: { readonly poll: string; readonly options: readonly string[] };
  readonly forwarded?: true;
  /** The id of the message that this one quotes. */
  readonly quoted?: string;
  /** How long a device shows it as a placeholder (`ciphertext`) before it can read it. */
  readonly ciphertextMs?: number;
}

export interface WireMessage extends Carried {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly body: string;
  /** Seconds, as WhatsApp counts. */
  readonly t: number;
  readonly ack: number;
  /** Milliseconds, never the same twice: sorts the messages of one second. */
  readonly order: number;
}

/** A group: everybody in it gets what one of them writes to its id. */
export interface Group {
  /** Digits and `@g.us`. */
  readonly id: string;
  readonly subject: string;
  readonly owner: string;
  /** Numbers, the owner's among them. */
  readonly members: readonly string[];
}

/** The numbers of a message that WhatsApp does not tell: these people are known by their LID alone. */
export interface Hidden {
  readonly hidden?: readonly string[];
}

/** Something the server keeps for a device until the device says that it is on its disk. */
export type Parcel =
  | { readonly n: number; readonly kind: 'message'; readonly history: boolean; readonly message: WireMessage & Hidden }
  | { readonly n: number; readonly kind: 'group'; readonly group: Group }
  | { readonly n: number; readonly kind: 'ack'; readonly id: string; readonly to: string; readonly ack: number };

/** A message as it lies on a device's disk. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly fromMe: boolean;
  readonly ack: number;
}

/** How far the account may open new chats. */
export interface AccountLimits {
  /** New chats are locked until then, in milliseconds. */
  readonly timelock: { readonly untilMs: number } | null;
  readonly capping: Capping | null;
}

/** The quota of new chats, in WhatsApp's words. */
export interface Capping {
  readonly status: 'NONE' | 'FIRST_WARNING' | 'SECOND_WARNING' | 'CAPPED';
  readonly used: number;
  readonly total: number;
}

/** The page gives its login up by itself (facts of 2026, 6.3); only 3 comes with texts for the user. */
export interface Erasing {
  readonly code: 0 | 1 | 2 | 3;
  readonly header?: string;
  readonly subtext?: string;
}

export type FromPage =
  | { readonly t: 'hello'; readonly version: string; readonly instance: string }
  | {
      readonly t: 'register';
      readonly noiseKey: PublicKey;
      readonly noise: string;
      readonly identity: string;
      readonly adv: string;
      readonly platform: string;
    }
  | { readonly t: 'refresh_qr' }
  /** The passkey was not given: the link is off. */
  | { readonly t: 'passkey_over'; readonly reason: string }
  /** An assertion by some key; the server knows which keys are the owner's. */
  | { readonly t: 'passkey_assertion'; readonly call: number; readonly credential: string }
  /** The page is about to reload itself; the answer is false when that ends the login. */
  | { readonly t: 'self_reload'; readonly call: number }
  | { readonly t: 'pair_code'; readonly call: number; readonly phone: string }
  | { readonly t: 'pair_confirm'; readonly step: RatchetStep; readonly sig: string; readonly os: string }
  | {
      readonly t: 'login';
      readonly number: string;
      readonly device: number;
      readonly step: RatchetStep;
      readonly sig: string;
      readonly takeover: boolean;
    }
  | { readonly t: 'received'; readonly parcels: readonly number[]; readonly step: RatchetStep }
  | {
      readonly t: 'send';
      readonly message: Pick<WireMessage, 'id' | 'to' | 'body' | 't'> & Carried;
      readonly step: RatchetStep;
      readonly retry: boolean;
    }
  | { readonly t: 'seen'; readonly chat: string }
  | { readonly t: 'exists'; readonly call: number; readonly number: string }
  /** The page read other people's status. */
  | { readonly t: 'status_read' }
  /** The page reads the past of a chat; the answer is whether it can. */
  | { readonly t: 'load_earlier'; readonly call: number; readonly chat: string }
  | { readonly t: 'media_put'; readonly call: number; readonly data: string }
  | { readonly t: 'media_get'; readonly call: number; readonly directPath: string }
  | { readonly t: 'logout'; readonly call: number }
  | { readonly t: 'synced'; readonly chats: number; readonly messages: number }
  | {
      readonly t: 'bulk_done';
      readonly job: number;
      readonly bytes: number;
      readonly rows: number;
      readonly error?: string;
    }
  | {
      readonly t: 'stored';
      readonly job: number;
      readonly messages: readonly StoredMessage[];
      readonly error?: string;
    }
  | { readonly t: 'ping' };

export type LoginRefusal = 'unlinked' | 'banned' | 'bad_signature';

/** One order to grow the profile. */
export interface BulkOrder {
  readonly bytes: number;
  readonly mediaBytes: number;
  readonly rowBytes: number;
  /** Rows per second; 0 is as fast as it goes. */
  readonly ratePerSec: number;
}

export type ToPage =
  | {
      readonly t: 'hello';
      readonly challenge: string;
      readonly keepAliveMs: number;
      readonly serviceWorker: boolean;
    }
  | { readonly t: 'deprecated' }
  | { readonly t: 'ref'; readonly ref: string }
  | { readonly t: 'refs_exhausted' }
  | { readonly t: 'passkey' }
  | { readonly t: 'paired'; readonly number: string; readonly device: number; readonly challenge: string }
  | {
      readonly t: 'success';
      readonly number: string;
      readonly device: number;
      readonly name: string;
      readonly sync: { readonly speed: string; readonly ms: number };
      readonly waiting: number;
      readonly heapBytes: number;
      readonly history: BulkOrder | null;
      readonly limits: AccountLimits;
    }
  | { readonly t: 'limits'; readonly limits: AccountLimits }
  | { readonly t: 'reload' }
  | ({ readonly t: 'erase' } & Erasing)
  | { readonly t: 'state'; readonly state: string }
  | { readonly t: 'tos'; readonly tos: number }
  | { readonly t: 'failure'; readonly reason: LoginRefusal }
  | {
      readonly t: 'parcels';
      readonly mode: 'offline' | 'live';
      readonly parcels: readonly Parcel[];
      readonly left: number;
    }
  | { readonly t: 'reply'; readonly call: number; readonly ok: boolean; readonly value: unknown }
  | { readonly t: 'bulk'; readonly job: number; readonly order: BulkOrder }
  | { readonly t: 'stored'; readonly job: number; readonly chat: string }
  | { readonly t: 'conflict' }
  | { readonly t: 'unlinked' }
  | { readonly t: 'banned' }
  | { readonly t: 'resync' }
  | { readonly t: 'pong' };
