import { createHash } from 'node:crypto';
import { noAnswer } from '@leadmaster/client';
import { CliError } from '../cli-error.ts';
import { ofUnanswered } from '../client/failure.ts';
import { EXIT } from '../exit-codes.ts';

/** Somebody for the linked accounts to write with. */
export const CUSTOMER = '5491199990000';

/** The simulated phones of a running demo. */
export class Phones {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  scan(number: string, qr: string): Promise<unknown> {
    return this.#call('POST', number, 'scan', { qr });
  }

  send(from: string, to: string, text: string): Promise<unknown> {
    return this.#call('POST', from, 'send', { to, text });
  }

  unlink(number: string): Promise<unknown> {
    return this.#call('POST', number, 'unlink', {});
  }

  async inbox(number: string): Promise<Record<string, unknown>[]> {
    const found = await this.#call('GET', number, 'inbox');
    return Array.isArray(found) ? found : [];
  }

  async #call(method: string, number: string, action: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}/phones/${number}/${action}`, {
      method,
      signal: AbortSignal.timeout(60_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }).catch((error: unknown) => {
      const asked = { url: this.#url, isOrder: method !== 'GET', ifLost: 'Look: ./leadmaster phone inbox' };
      const failed = noAnswer(asked, error, null);
      if (failed.code === 'answer_lost') throw ofUnanswered(failed);
      throw new CliError(
        EXIT.unreachable,
        'demo_unreachable',
        ({ phones }) => phones.silent,
        ({ phones }) => phones.startTheDemo,
      );
    });
    const answer: unknown = await response.json().catch(() => null);
    if (response.ok) return answer;
    throw new CliError(EXIT.failed, 'phone_refused', ({ phones }) => phones.refused(messageOf(answer)));
  }
}

/** The number of the simulated phone that belongs to a session: always the same for the same name. */
export function phoneOf(session: string): string {
  const digits = createHash('sha256').update(session).digest().readUInt32BE(0) % 100_000_000;
  return `54911${String(digits).padStart(8, '0')}`;
}

function messageOf(answer: unknown): string {
  if (typeof answer === 'object' && answer !== null && 'error' in answer) {
    const { error } = answer;
    if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  }
  return JSON.stringify(answer);
}
