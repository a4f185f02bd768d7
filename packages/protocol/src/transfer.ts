import { z } from 'zod';
import { account } from './accounts.ts';
import { carriedBounds } from './bounds.ts';
import { sessionName } from './names.ts';
import { metadata } from './session.ts';

const time = z.iso.datetime();

/** What two managers speak while a session moves between them. One that speaks another is refused before anything is sent. */
export const TRANSFER_VERSION = 1;

/** Bytes of one piece of a file on its way: it arrives within the time that a request may take also on a slow line. */
export const TRANSFER_PIECE = 4 * 2 ** 20;

/** Hashes in one question, and what a manifest may hold. */
export const TRANSFER_HASHES_MAX = 5_000;
const ENTRIES_MAX = 500_000;
const TOLD_MAX = 1_000_000;

/** Moves a session to another session manager; repeated, it finishes what was begun. */
export const transferSession = z.strictObject({
  /** The other manager, such as `https://other.example:3001`; plain http on loopback only. */
  to: z.string().min(1).max(2048),
  /** A key of the other manager. Used for this call, never kept. */
  key: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'a key, without spaces'),
  /** Takes back what was begun and not finished: the other manager gives it up first, and confirms that. */
  undo: z.boolean().optional(),
});
export type TransferSession = z.infer<typeof transferSession>;

export const transferId = z.string().regex(/^tr_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'the id of a transfer');

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256, in lower-case hex');

/** Announces a session. The id is made by the manager that gives it away, once for each attempt. */
export const prepareTransfer = z.strictObject({
  version: z.int(),
  id: transferId,
  session: sessionName,
  /** Earlier attempts of the sender, none of which it has handed over: they are over, and what they brought is used. */
  replaces: z.array(transferId).max(100),
  generation: z.int().positive(),
  /** The newest Chromium that has written the profile; null when it is unknown. */
  chromium: z.string().max(200).nullable(),
  bytes: z.int().min(0),
  metadata,
  account: z.strictObject(account.shape).nullable(),
  desired: z.enum(['running', 'stopped']),
  /** Only where it bounds: a manager that does not know them refuses such a session, and takes any other. */
  ...carriedBounds.shape,
});
export type PrepareTransfer = z.infer<typeof prepareTransfer>;

/**
 * How far a session has come on its way here. Until `sealed` the profile is not whole; from `committing` on, this manager
 * is its owner.
 */
export const TRANSFER_PHASES = ['prepared', 'sealed', 'committing', 'committed', 'aborted'] as const;
export type TransferPhase = (typeof TRANSFER_PHASES)[number];

export const arrivingTransfer = z.object({
  id: z.string(),
  session: z.string(),
  phase: z.enum(TRANSFER_PHASES),
  /** Of the profile where it comes from; it gets a higher one here. */
  generation: z.int(),
  at: time,
  changedAt: time,
});
export type ArrivingTransfer = z.infer<typeof arrivingTransfer>;

export const missingQuestion = z.strictObject({ hashes: z.array(sha256).max(TRANSFER_HASHES_MAX) });
export const missingAnswer = z.object({ missing: z.array(sha256) });

/** One piece of a file: where it begins, and how large the whole file is. */
export const pieceParams = z.strictObject({ transfer: transferId, sha256 });

/** Bytes of the file that are here now; `size` of them is all. */
export const pieceAnswer = z.object({ received: z.int() });

const common = {
  /** Below the profile, `/`-separated. */
  path: z.string().min(1).max(4096),
  mode: z.int().min(0).max(0o777),
  mtimeMs: z.number().min(0),
};
export const transferEntry = z.discriminatedUnion('kind', [
  z.strictObject({ ...common, kind: z.literal('directory') }),
  z.strictObject({ ...common, kind: z.literal('file'), size: z.int().min(0), sha256 }),
]);
export type TransferEntry = z.infer<typeof transferEntry>;

/** The whole profile as it was after its browser ended, and which of its messages have been reported. */
export const sealTransfer = z.strictObject({
  entries: z.array(transferEntry).max(ENTRIES_MAX),
  /** Messages received before this moment have been told. */
  caughtUpTo: time.nullable(),
  /** Ids of messages told since shortly before it. */
  told: z.array(z.string().min(1).max(512)).max(TOLD_MAX),
});
export type SealTransfer = z.infer<typeof sealTransfer>;
