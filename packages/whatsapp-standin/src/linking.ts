import { randomBytes, randomInt } from 'node:crypto';
import type { Account, Device } from './accounts.ts';
import type { Connection, Registration } from './connection.ts';
import { StandinError } from './errors.ts';
import { PasskeyGate } from './passkey-gate.ts';
import { verifyStep } from './ratchet.ts';
import type { ServerContext } from './server-context.ts';
import type { FromPage } from './wire.ts';

const PAIRING_ALPHABET = '123456789ABCDEFGHJKLMNPQRSTVWXYZ';
/** As WhatsApp has it: the phone and four companions. */
const MOST_DEVICES = 4;
const LINK_TIMEOUT_MS = 20_000;

interface Offer {
  readonly connection: Connection;
  /** The keys that the page showed with it; null for a code, which shows none. */
  readonly shown: Registration | null;
  /** The number for which a code was made. */
  readonly number: string | null;
  current: boolean;
}

interface Pending {
  readonly account: Account;
  readonly device: number;
  readonly challenge: string;
  readonly registration: Registration;
  readonly resolve: (device: Device) => void;
  readonly reject: (error: StandinError) => void;
  readonly cancelTimeout: () => void;
}

/** Links companion devices: shows references and codes to pages, and takes them back from phones. */
export class Linking {
  readonly #context: ServerContext;
  /** Old offers stay, so that a late scan gets the right error. */
  readonly #refs = new Map<string, Offer>();
  readonly #codes = new Map<string, Offer>();
  readonly #pending = new Map<Connection, Pending>();
  readonly #rotations = new Map<Connection, () => void>();
  readonly #passkeys: PasskeyGate;
  readonly #linked: (connection: Connection, account: Account, device: Device) => void;

  constructor(context: ServerContext, linked: (connection: Connection, account: Account, device: Device) => void) {
    this.#context = context;
    this.#linked = linked;
    this.#passkeys = new PasskeyGate(context);
  }

  /** A page without a login shows its keys; from now on it gets references. */
  register(connection: Connection, registration: Registration): void {
    connection.registration = registration;
    this.showReferences(connection);
  }

  /** Starts the rotation of references from the first. */
  showReferences(connection: Connection): void {
    this.#rotations.get(connection)?.();
    if (connection.registration) this.#rotate(connection, 1);
  }

  #rotate(connection: Connection, nth: number): void {
    const { qr } = this.#context.settings();
    this.#expireRefs(connection);
    if (nth > qr.count) {
      this.#rotations.delete(connection);
      this.#context.observed.add('qr_exhausted', null, null, { instance: connection.instance });
      connection.send({ t: 'refs_exhausted' });
      return;
    }
    const ref = `2@${randomBytes(66).toString('base64')}`;
    this.#refs.set(ref, { connection, shown: connection.registration, number: null, current: true });
    this.#context.observed.add('qr', null, null, { nth, instance: connection.instance });
    connection.send({ t: 'ref', ref });
    const ms = nth === 1 ? qr.firstMs : qr.nextMs;
    this.#rotations.set(
      connection,
      this.#context.clock.after(ms, () => this.#rotate(connection, nth + 1)),
    );
  }

  #expireRefs(connection: Connection): void {
    for (const offer of this.#refs.values()) if (offer.connection === connection) offer.current = false;
  }

  /** A code for linking by phone number, valid for that number alone. */
  offerCode(connection: Connection, number: string): string {
    for (const offer of this.#codes.values()) if (offer.connection === connection) offer.current = false;
    const code = Array.from({ length: 8 }, () => PAIRING_ALPHABET[randomInt(PAIRING_ALPHABET.length)]).join('');
    const offer: Offer = { connection, shown: null, number, current: true };
    this.#codes.set(code, offer);
    this.#context.clock.after(this.#context.settings().pairingCodeMs, () => {
      offer.current = false;
    });
    this.#context.observed.add('pairing_code', number, null, { instance: connection.instance });
    return code;
  }

  /** The phone scanned this text. Every part of it is checked, as a phone would. */
  async scan(account: Account, qrText: string): Promise<Device> {
    const [ref, noise, identity, adv, platform, ...rest] = qrText.split(',');
    const offer = this.#refs.get(ref ?? '');
    if (!offer) throw new StandinError('unknown_qr', 'this QR was never shown by WhatsApp Web');
    const { shown } = offer;
    const same =
      shown?.noise === noise &&
      shown?.identity === identity &&
      shown?.adv === adv &&
      shown?.platform === platform &&
      rest.length === 0;
    if (!same) throw new StandinError('altered_qr', 'the QR names other keys than the page that showed it');
    if (!offer.current || !offer.connection.open) {
      throw new StandinError('stale_qr', 'this QR has expired: scan the one that is shown now');
    }
    return this.#link(account, offer);
  }

  /** The phone's owner typed this code. */
  async enterCode(account: Account, code: string): Promise<Device> {
    const offer = this.#codes.get(code.replaceAll(/[\s-]/g, '').toUpperCase());
    if (!offer) throw new StandinError('unknown_code', 'WhatsApp never gave this pairing code');
    if (offer.number !== account.number) {
      throw new StandinError('wrong_phone', 'this pairing code was made for another phone number');
    }
    if (!offer.current || !offer.connection.open) {
      throw new StandinError('stale_code', 'this pairing code has expired: ask for a new one');
    }
    return this.#link(account, offer);
  }

  #link(account: Account, offer: Offer): Promise<Device> {
    const { connection } = offer;
    const { registration } = connection;
    if (account.banned) throw new StandinError('banned', 'this account is banned from WhatsApp');
    if (!registration || this.#pending.has(connection)) {
      throw new StandinError('stale_qr', 'this page is being linked already');
    }
    if (account.devices.length >= MOST_DEVICES) {
      throw new StandinError('too_many_devices', `${MOST_DEVICES} devices are linked already; unlink one first`);
    }
    offer.current = false;
    this.#stopRotation(connection);
    if (this.#passkeys.isWanted(account)) this.#passkeys.ask(connection, account);
    return this.#pair(account, connection, registration);
  }

  /** The owner gave the passkey in a browser where it can be given: the page that waits for it is linked. */
  grantPasskey(account: Account): Promise<Device> {
    const connection = this.#passkeys.granted(account);
    const { registration } = connection;
    if (!registration) throw new StandinError('stale_qr', 'the page that waited for the passkey is linked already');
    return this.#pair(account, connection, registration);
  }

  /** The page gave the passkey up, by its own clock or by a click. */
  passkeyOver(connection: Connection, reason: string): void {
    this.#passkeys.over(connection, reason);
  }

  #pair(account: Account, connection: Connection, registration: Registration): Promise<Device> {
    const device = account.nextDevice++;
    const challenge = randomBytes(24).toString('base64');
    const { promise, resolve, reject } = Promise.withResolvers<Device>();
    const cancelTimeout = this.#context.clock.after(LINK_TIMEOUT_MS, () =>
      this.#fail(connection, `the page did not confirm the link within ${LINK_TIMEOUT_MS} ms`),
    );
    this.#pending.set(connection, { account, device, challenge, registration, resolve, reject, cancelTimeout });
    connection.send({ t: 'paired', number: account.number, device, challenge });
    return promise;
  }

  /** The page has put its new login away and proves that it owns the keys it showed. */
  confirm(connection: Connection, message: Extract<FromPage, { t: 'pair_confirm' }>): void {
    const pending = this.#pending.get(connection);
    if (!pending) return;
    const { account, registration, challenge } = pending;
    if (!verifyStep(registration.noiseKey, challenge, account.number, pending.device, message.step, message.sig)) {
      this.#fail(connection, 'the page could not prove its keys');
      return;
    }
    this.#pending.delete(connection);
    pending.cancelTimeout();
    connection.registration = null;
    const device: Device = {
      id: pending.device,
      noiseKey: registration.noiseKey,
      identity: registration.identity,
      os: message.os,
      linkedAt: Date.now(),
      lastSeenAt: Date.now(),
      ratchet: { counter: message.step.counter, nonce: message.step.nonce },
      synced: false,
      queue: [],
    };
    account.devices.push(device);
    this.#context.changed();
    this.#context.observed.add('linked', account.number, device.id, { os: device.os, instance: connection.instance });
    this.#linked(connection, account, device);
    pending.resolve(device);
  }

  /** The page is gone: so are its references, codes and what was being linked. */
  forget(connection: Connection): void {
    this.#stopRotation(connection);
    for (const offer of this.#codes.values()) if (offer.connection === connection) offer.current = false;
    this.#passkeys.over(connection, 'gone');
    this.#fail(connection, 'the page went away while it was being linked');
  }

  #stopRotation(connection: Connection): void {
    this.#rotations.get(connection)?.();
    this.#rotations.delete(connection);
    this.#expireRefs(connection);
  }

  #fail(connection: Connection, why: string): void {
    const pending = this.#pending.get(connection);
    if (!pending) return;
    this.#pending.delete(connection);
    pending.cancelTimeout();
    pending.reject(new StandinError('link_failed', why));
  }
}
