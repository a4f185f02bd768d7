import { randomBytes } from 'node:crypto';
import { type RawData, WebSocket } from 'ws';
import type { FromPage, PublicKey, ToPage } from './wire.ts';

/** The keys that a page without a login shows in its QR. */
export interface Registration {
  readonly noiseKey: PublicKey;
  readonly noise: string;
  readonly identity: string;
  readonly adv: string;
  readonly platform: string;
}

/** One page's socket, as the server sees it. */
export class Connection {
  /** What the page must sign at its login: never the same twice. */
  readonly challenge = randomBytes(24).toString('base64');
  version = '';
  /** Random name of the page load: tells a reconnecting page from a second browser. */
  instance = '';
  registration: Registration | null = null;
  /** The device that logged in here. */
  login: { readonly number: string; readonly device: number } | null = null;
  /** The highest parcel already sent over this socket. */
  sentParcel = 0;
  /** A hanging server: nothing is read and nothing is written. */
  frozen = false;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, onMessage: (message: FromPage) => void, onClose: () => void) {
    this.#socket = socket;
    socket.on('message', (data: RawData) => {
      if (this.frozen) return;
      const message = parse(data);
      if (message) onMessage(message);
      else this.close();
    });
    socket.on('close', onClose);
    socket.on('error', () => socket.terminate());
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  send(message: ToPage): void {
    if (!this.frozen && this.open) this.#socket.send(JSON.stringify(message));
  }

  /** Ends the socket in order, after what was sent. */
  close(): void {
    this.#socket.close(1000);
  }

  /** Cuts the socket, as a failing network does. */
  cut(): void {
    this.#socket.terminate();
  }
}

function parse(data: RawData): FromPage | null {
  try {
    const value: unknown = JSON.parse(String(data));
    // Only our own page speaks here; a message of no known kind is answered by no handler.
    return typeof value === 'object' && value !== null && 't' in value ? (value as FromPage) : null;
  } catch {
    return null;
  }
}
