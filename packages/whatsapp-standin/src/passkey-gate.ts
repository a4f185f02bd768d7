import type { Account } from './accounts.ts';
import type { Connection } from './connection.ts';
import { StandinError } from './errors.ts';
import { type ServerContext, serverDrift } from './server-context.ts';

/**
 * Accounts that want a passkey before a device is linked. No page of ours can give one: the owner gives it in a browser
 * that they see, which is `granted`.
 */
export class PasskeyGate {
  readonly #context: ServerContext;
  readonly #waiting = new Map<Connection, Account>();

  constructor(context: ServerContext) {
    this.#context = context;
  }

  isWanted(account: Account): boolean {
    return account.passkey ?? serverDrift(this.#context, 'passkey') !== undefined;
  }

  /** Has the page ask for the passkey. The phone shows that its owner must continue there, which is the error. */
  ask(connection: Connection, account: Account): never {
    this.#waiting.set(connection, account);
    this.#context.observed.add('passkey_asked', account.number, null, { instance: connection.instance });
    connection.send({ t: 'passkey' });
    throw new StandinError('passkey_required', 'this account needs a passkey to link: continue on WhatsApp Web');
  }

  /** The page that waits for the passkey of this account; it waits no more. */
  granted(account: Account): Connection {
    for (const [connection, waiting] of this.#waiting) {
      if (waiting !== account || !connection.open) continue;
      this.#waiting.delete(connection);
      return connection;
    }
    throw new StandinError('no_passkey_wanted', `no page waits for a passkey of ${account.number}`);
  }

  /** The page no longer waits. */
  over(connection: Connection, reason: string): void {
    const account = this.#waiting.get(connection);
    if (!this.#waiting.delete(connection) || !account) return;
    this.#context.observed.add('passkey_over', account.number, null, { reason, instance: connection.instance });
  }
}
