import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Account, Device } from './accounts.ts';
import type { Bulk } from './bulk.ts';
import { Connection } from './connection.ts';
import type { FaultState } from './faults.ts';
import type { Linking } from './linking.ts';
import type { Login } from './login.ts';
import type { PostOffice } from './post-office.ts';
import type { ServerContext } from './server-context.ts';
import type { StoredMessages } from './stored-messages.ts';
import type { FromPage } from './wire.ts';

/** What a page asks and waits for. */
type Question = Extract<FromPage, { t: 'exists' | 'load_earlier' | 'media_put' | 'media_get' }>;

/** The parts of the server that answer pages. */
export interface Services {
  readonly linking: Linking;
  readonly login: Login;
  readonly postOffice: PostOffice;
  readonly bulk: Bulk;
  readonly stored: StoredMessages;
}

/** WhatsApp's socket endpoint: takes pages in and passes their messages to the part that handles them. */
export class Gateway {
  readonly #context: ServerContext;
  readonly #services: Services;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  /** Devices whose reconnection is refused until that time: the phone's owner shook the network. */
  readonly #cutUntil = new Map<string, number>();

  constructor(context: ServerContext, services: Services) {
    this.#context = context;
    this.#services = services;
  }

  /** An HTTP request that wants to become a WebSocket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { outage } = this.#context.faults.current;
    if (outage === 'refused' || request.url !== '/ws/chat') {
      socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const connection: Connection = new Connection(
        webSocket,
        (message) => this.#hear(connection, message),
        () => this.#gone(connection),
      );
      connection.frozen = outage === 'hanging';
      this.#context.connections.add(connection);
      this.#context.observed.add('connected', null, null, {});
    });
  }

  /** Puts a change of the outage into force on the sockets that live now. */
  applyOutage(now: FaultState, before: FaultState): void {
    if (now.outage === before.outage) return;
    for (const connection of this.#context.connections) {
      if (now.outage === 'refused' || connection.frozen) connection.cut();
      else connection.frozen = now.outage === 'hanging';
    }
  }

  /** Cuts the device's socket, and keeps it from coming back for a while. */
  cut(connection: Connection, number: string, device: number, forMs: number): void {
    if (forMs > 0) this.#cutUntil.set(`${number}:${device}`, Date.now() + forMs);
    connection.cut();
  }

  /** Lets a device whose socket was cut come back at once. */
  restore(number: string, device: number): void {
    this.#cutUntil.delete(`${number}:${device}`);
  }

  #gone(connection: Connection): void {
    this.#context.connections.delete(connection);
    this.#services.linking.forget(connection);
    const { login } = connection;
    this.#services.bulk.forget(connection);
    this.#services.stored.forget(connection);
    this.#context.observed.add('disconnected', login?.number ?? null, login?.device ?? null, {
      instance: connection.instance,
    });
  }

  /** No message of a page may bring the server down. */
  #hear(connection: Connection, message: FromPage): void {
    try {
      this.#handle(connection, message);
    } catch (error) {
      this.#context.observed.add('refused', null, null, { reason: 'malformed', said: message.t, error: String(error) });
      connection.cut();
    }
  }

  #handle(connection: Connection, message: FromPage): void {
    const { linking } = this.#services;
    switch (message.t) {
      case 'ping':
        connection.send({ t: 'pong' });
        break;
      case 'hello':
        this.#greet(connection, message.version, message.instance);
        break;
      case 'register':
        linking.register(connection, message);
        break;
      case 'refresh_qr':
        linking.showReferences(connection);
        break;
      case 'pair_code':
        this.#offerCode(connection, message.call, message.phone);
        break;
      case 'passkey_over':
        linking.passkeyOver(connection, message.reason);
        break;
      case 'passkey_assertion':
        // No key of a page that we run is registered with the account.
        connection.send({ t: 'reply', call: message.call, ok: false, value: 'unknown credential' });
        break;
      case 'pair_confirm':
        linking.confirm(connection, message);
        break;
      case 'login':
        if ((this.#cutUntil.get(`${message.number}:${message.device}`) ?? 0) > Date.now()) connection.cut();
        else this.#services.login.login(connection, message);
        break;
      default:
        this.#handleMember(connection, message);
    }
  }

  /** What only a logged-in device may say. */
  #handleMember(connection: Connection, message: FromPage): void {
    const { login, postOffice, bulk, stored } = this.#services;
    const member = this.#member(connection);
    if (!member) return;
    const { account, device } = member;
    switch (message.t) {
      case 'received':
        login.useStep(account, device, connection, message.step);
        postOffice.received(account, device, connection, message.parcels);
        break;
      case 'send':
        login.useStep(account, device, connection, message.step);
        postOffice.post({ ...message.message, from: account.number, via: device.id, retry: message.retry });
        break;
      case 'seen':
        postOffice.seen(account.number, message.chat);
        break;
      case 'exists':
      case 'load_earlier':
      case 'media_put':
      case 'media_get':
        connection.send({ t: 'reply', call: message.call, ok: true, value: this.#answer(message, account, device) });
        break;
      case 'status_read':
        this.#noticeReading('status_read', account, device);
        login.statusRead(device);
        break;
      case 'logout':
        login.unlink(account, device, 'device');
        connection.send({ t: 'reply', call: message.call, ok: true, value: null });
        break;
      case 'self_reload':
        connection.send({ t: 'reply', call: message.call, ok: true, value: login.selfReload(account, device) });
        break;
      case 'synced':
        device.synced = true;
        this.#context.changed();
        this.#context.observed.add('synced', account.number, device.id, {
          chats: message.chats,
          messages: message.messages,
        });
        break;
      case 'bulk_done':
        bulk.done(connection, message.job, { bytes: message.bytes, rows: message.rows }, message.error);
        break;
      case 'stored':
        stored.told(message.job, message.messages, message.error);
    }
  }

  /** Answers one of the page's questions. */
  #answer(message: Question, account: Account, device: Device): unknown {
    const { accounts, faults } = this.#context;
    switch (message.t) {
      case 'exists':
        return this.#isOnWhatsApp(message.number) ? { hidden: accounts.find(message.number)?.hidden === true } : null;
      case 'load_earlier':
        this.#noticeReading('load_earlier', account, device, { chat: message.chat });
        return !faults.current.brokenChats.includes(message.chat);
      case 'media_put':
        return accounts.media.put(Buffer.from(message.data, 'base64'));
      case 'media_get':
        return accounts.media.get(message.directPath)?.toString('base64') ?? null;
    }
  }

  #noticeReading(
    type: 'status_read' | 'load_earlier',
    account: Account,
    device: Device,
    what: Record<string, unknown> = {},
  ): void {
    const sinceLinkMs = Date.now() - device.linkedAt;
    this.#context.observed.add(type, account.number, device.id, { ...what, sinceLinkMs });
  }

  #isOnWhatsApp(number: string): boolean {
    return /^\d{8,15}$/.test(number) && !this.#context.faults.current.unregistered.includes(number);
  }

  #member(connection: Connection): { account: Account; device: Device } | null {
    const { login } = connection;
    const account = login ? this.#context.accounts.find(login.number) : undefined;
    const device = account?.devices.find((known) => known.id === login?.device);
    return account && device ? { account, device } : null;
  }

  #greet(connection: Connection, version: string, instance: string): void {
    connection.version = version;
    connection.instance = instance;
    const { deprecated } = this.#context.faults.current;
    if (deprecated === true || deprecated === version) {
      this.#context.observed.add('refused', null, null, { reason: 'deprecated', version, instance });
      connection.send({ t: 'deprecated' });
      return;
    }
    const { keepAliveMs, serviceWorker } = this.#context.settings().page;
    connection.send({ t: 'hello', challenge: connection.challenge, keepAliveMs, serviceWorker });
  }

  #offerCode(connection: Connection, call: number, phone: string): void {
    const number = phone.replaceAll(/\D/g, '');
    if (!connection.registration || !/^\d{8,15}$/.test(number)) {
      connection.send({ t: 'reply', call, ok: false, value: 'not a phone number' });
    } else {
      connection.send({ t: 'reply', call, ok: true, value: this.#services.linking.offerCode(connection, number) });
    }
  }

  close(): void {
    for (const connection of this.#context.connections) connection.cut();
    this.#sockets.close();
  }
}
