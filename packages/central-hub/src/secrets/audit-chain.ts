import { createHmac, timingSafeEqual } from 'node:crypto';

/** What is chained: a line without its own `mac`. */
export type Chained = readonly (string | number | null)[];

/** A line that stands for all before it: the end of the audit, or the last one that was pruned. */
export interface Mark {
  line: number;
  /** Milliseconds since 1970; null where there is no line yet. */
  at: number | null;
  mac: string;
}

/**
 * Holds the lines of the audit together: each has an HMAC of itself and of the one before, under a key that only hubs have. Who
 * can write into the database and has not this key can change or remove no line without a trace.
 */
export class AuditChain {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** The HMAC of a line behind the one that has `previous`; the first line stands behind ''. */
  mac(previous: string, line: Chained): string {
    return this.#hmac(['line', previous, ...line]);
  }

  /** Signs a mark under its name, so that neither a head nor a checkpoint can be made of lines that anyone may read. */
  sign(name: string, { line, at, mac }: Mark): string {
    return this.#hmac(['mark', name, line, at, mac]);
  }

  isSigned(name: string, mark: Mark & { signature: string }): boolean {
    return isSame(mark.signature, this.sign(name, mark));
  }

  #hmac(fields: Chained): string {
    // JSON: where one field ends and the next begins is never in doubt.
    return createHmac('sha256', this.#key).update(JSON.stringify(fields), 'utf8').digest('base64url');
  }
}

/** Compares in a time that tells nothing of where two texts differ. */
export function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
