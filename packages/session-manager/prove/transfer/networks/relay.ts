import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';
import type { Certificate } from './certificates.ts';

/** A port, or a socket file: the one thing that leads from one network of a machine to another. */
export type Place = { host: string; port: number } | { path: string };

export interface RelayPlan {
  /** Where it listens; port 0 for any. */
  at: Place;
  to: Place;
  /** With one, it is the end of a TLS line. */
  certificate?: Certificate;
}

/** Carries connections from one place to another, byte by byte. */
export class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #carried = new Set<Socket>();

  private constructor({ to, certificate }: RelayPlan) {
    const carry = (socket: Socket): void => this.#carry(socket, to);
    this.#server =
      certificate === undefined
        ? createServer({ noDelay: true }, carry)
        : createTlsServer({ ...certificate, noDelay: true }, carry);
  }

  static async open(plan: RelayPlan): Promise<Relay> {
    const relay = new Relay(plan);
    relay.#server.listen(plan.at);
    await once(relay.#server, 'listening');
    return relay;
  }

  /** Where it listens, unless that is a file. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#carried) socket.destroy();
    await once(this.#server, 'close');
  }

  #carry(socket: Socket, to: Place): void {
    const onward = connect({ ...to, noDelay: true });
    this.#carried.add(socket);
    // An end that breaks off is told to the other by breaking off there, as a wire would.
    pipeline(socket, onward, socket, () => this.#carried.delete(socket));
  }
}
