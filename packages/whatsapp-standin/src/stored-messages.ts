import type { Account } from './accounts.ts';
import type { Connection } from './connection.ts';
import { StandinError } from './errors.ts';
import { Jobs } from './jobs.ts';
import { liveConnection, type ServerContext } from './server-context.ts';
import type { StoredMessage } from './wire.ts';

/** Asks pages what they have on their disk: the server's own books only say what it was told. */
export class StoredMessages {
  readonly #context: ServerContext;
  readonly #jobs = new Jobs<readonly StoredMessage[]>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  /** Every message of one chat on the account's device that is online, oldest first. */
  async of(account: Account, chat: string): Promise<readonly StoredMessage[]> {
    for (const device of account.devices) {
      const connection = liveConnection(this.#context, account.number, device.id);
      if (connection) return this.#jobs.start(connection, (job) => ({ t: 'stored', job, chat }));
    }
    throw new StandinError('not_online', `${account.number} has no linked device online`);
  }

  /** A page's answer. */
  told(job: number, messages: readonly StoredMessage[], error?: string): void {
    this.#jobs.answer(job, error === undefined ? { value: messages } : { error });
  }

  /** The page is gone, and will not answer. */
  forget(connection: Connection): void {
    this.#jobs.forget(connection);
  }
}
