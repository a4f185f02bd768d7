import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { AuditEntry } from '../../store/audit-rows.ts';

/** Who asks without a key that is good. */
export const UNKNOWN = 'unknown';

const MINUTE_S = 60;
/** So many lines a minute of callers that no key is known of, all together: else anyone could fill the audit. */
const UNKNOWN_PER_MINUTE = 60;

/**
 * Which of many equal lines are written: the first one of each minute. A page that asks for a QR every second, or a program that
 * is refused again and again, is one line a minute.
 */
export class Seldom {
  readonly #same = new RateLimiterMemory({ points: 1, duration: MINUTE_S });
  readonly #unknown = new RateLimiterMemory({ points: UNKNOWN_PER_MINUTE, duration: MINUTE_S });

  /** Writes the line where it is due; what fails to be written is due again. */
  async write(entry: AuditEntry, append: (entry: AuditEntry) => Promise<unknown>): Promise<void> {
    const { actor, from, action, target, result } = entry;
    const isUnknown = actor === UNKNOWN;
    // Looked at before anything is remembered: addresses may be many.
    if (isUnknown && (await this.#unknown.get(actor))?.remainingPoints === 0) return;
    // Of an unknown caller the target is what it likes to claim.
    const key = JSON.stringify(isUnknown ? [actor, from, action] : [actor, from, action, target, result]);
    if (!(await isDue(this.#same, key))) return;
    if (isUnknown && !(await isDue(this.#unknown, actor))) return;
    try {
      await append(entry);
    } catch (error) {
      await this.#same.delete(key);
      throw error;
    }
  }
}

async function isDue(limit: RateLimiterMemory, key: string): Promise<boolean> {
  try {
    await limit.consume(key);
    return true;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return false;
    throw refusal;
  }
}
