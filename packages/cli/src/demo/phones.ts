import { createHash } from 'node:crypto';
import { noAnswer } from '@leadmaster/client';
import { CliError } from '../cli-error.ts';
import { ofUnanswered } from '../client/failure.ts';
import { EXIT } from '../exit-codes.ts';

/** The customer that the linked accounts write with. */
export const CUSTOMER = '5491199990000';

/** A text of an earlier day, as the stand-in is told it. */
export interface PastLetter {
  with: string;
  text: string;
  atMs: number;
  isOwn: boolean;
}

/** What the stand-in says of a phone. */
export interface PhoneState {
  name: string;
  banned: boolean;
  devices: readonly { online: boolean }[];
  /** How many messages it got. */
  inbox: number;
}

/** The simulated phones of a running demo, and the WhatsApp that they speak with. */
export class Phones {
  readonly #url: string;

  constructor(controlUrl: string) {
    this.#url = controlUrl;
  }

  scan(number: string, qr: string): Promise<unknown> {
    return this.#order(number, 'scan', { qr });
  }

  /** Types a code into it, as the owner does for a link on this same phone. */
  pair(number: string, code: string): Promise<unknown> {
    return this.#order(number, 'pair', { code });
  }

  send(from: string, to: string, text: string): Promise<unknown> {
    return this.#order(from, 'send', { to, text });
  }

  unlink(number: string): Promise<unknown> {
    return this.#order(number, 'unlink', {});
  }

  ban(number: string, isBanned: boolean): Promise<unknown> {
    return this.#order(number, isBanned ? 'ban' : 'unban', {});
  }

  /** Cuts the line of its linked devices for so long; 0 lets them come back. */
  cutLine(number: string, forMs: number): Promise<unknown> {
    return forMs === 0 ? this.#order(number, 'reconnect', {}) : this.#order(number, 'disconnect', { forMs });
  }

  rename(number: string, name: string): Promise<unknown> {
    return this.#call('POST', `phones/${number}`, { name });
  }

  /** What it has written and got on earlier days, for the devices that are linked from now on. */
  remember(number: string, letters: readonly PastLetter[]): Promise<unknown> {
    return this.#order(number, 'remember', { letters });
  }

  /** Says that so many of the new chats that WhatsApp allows are used. */
  capNewChats(number: string, used: number, total: number): Promise<unknown> {
    return this.#order(number, 'capping', { status: 'SECOND_WARNING', used, total });
  }

  /** Has its linked device write history into its profile, as months of use do. */
  grow(number: string, bytes: number, mediaBytes: number): Promise<unknown> {
    return this.#call('POST', 'bulk', { number, bytes, mediaBytes });
  }

  /** Has WhatsApp serve another build from now on. */
  serveBuild(version: string, drifts: readonly string[]): Promise<unknown> {
    return this.#call('POST', 'configure', { page: { version, drifts } });
  }

  /** The build that WhatsApp serves, and what is done otherwise there. */
  async servedBuild(): Promise<{ version: string; drifts: readonly string[] }> {
    const { settings } = (await this.#call('GET', 'state')) as {
      settings: { page: { version: string; drifts: string[] } };
    };
    return settings.page;
  }

  async look(number: string): Promise<PhoneState> {
    return (await this.#call('GET', `phones/${number}`)) as PhoneState;
  }

  async inbox(number: string): Promise<Record<string, unknown>[]> {
    const found = await this.#call('GET', `phones/${number}/inbox`);
    return Array.isArray(found) ? found : [];
  }

  #order(number: string, action: string, body: object): Promise<unknown> {
    return this.#call('POST', `phones/${number}/${action}`, body);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}/${path}`, {
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
