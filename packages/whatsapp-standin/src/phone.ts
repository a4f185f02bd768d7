import { randomBytes } from 'node:crypto';
import type { Account, Device, Letter } from './accounts.ts';
import { StandinError } from './errors.ts';
import type { Gateway, Services } from './gateway.ts';
import { lidDigits } from './lid.ts';
import { changeLimits, limitsOf } from './limits.ts';
import { fileHash } from './media-store.ts';
import type { PastLetter } from './post-office.ts';
import { liveConnection, type ServerContext, serverDrift, serverNow } from './server-context.ts';
import type { AccountLimits, Capping, Carried, Erasing, StoredMessage } from './wire.ts';

/** A linked device, as the phone's "Linked devices" screen would show it. */
export interface LinkedDevice {
  readonly id: number;
  readonly online: boolean;
  readonly os: string;
  readonly linkedAt: number;
  readonly lastSeenAt: number;
  readonly synced: boolean;
  /** How much the server still keeps for it. */
  readonly queued: number;
  /** The last ratchet counter that it used. */
  readonly counter: number;
}

/** A medium that a phone sends. */
export interface PhoneMedium {
  readonly mimetype: string;
  /** The bytes, in base64. */
  readonly data: string;
  readonly filename?: string;
  readonly caption?: string;
}
/** The states that the page can be put into; those of 2026 exist on a page of 2026 alone, TIMEOUT on an older one. */
const STATES = ['CONNECTED', 'TOS_BLOCK', 'SMB_TOS_BLOCK', 'DEPRECATED_VERSION', 'OPENING'];
const STATES_2026 = ['PROXYBLOCK', 'SCREEN_LOCKED'];

/** A simulated phone: the person who owns the account and can do anything with it. */
export class Phone {
  readonly number: string;
  readonly #context: ServerContext;
  readonly #services: Services;
  readonly #gateway: Gateway;

  constructor(number: string, context: ServerContext, services: Services, gateway: Gateway) {
    this.number = number;
    this.#context = context;
    this.#services = services;
    this.#gateway = gateway;
  }

  get #account(): Account {
    return this.#context.accounts.get(this.number);
  }

  /** The name that others see. */
  get name(): string {
    return this.#account.name;
  }

  set name(name: string) {
    this.#account.name = name;
    this.#context.changed();
  }

  /** Whether this person reads what they get; if not, there is no third tick. */
  get reads(): boolean {
    return this.#account.reads;
  }

  set reads(reads: boolean) {
    this.#account.reads = reads;
    this.#context.changed();
  }

  /** The id under which a page of 2026 knows this account: 15 digits and `@lid`. */
  get lid(): string {
    return `${lidDigits(this.number)}@lid`;
  }

  /** Whether WhatsApp tells others this account's LID and never its number. */
  get hidden(): boolean {
    return this.#account.hidden === true;
  }

  set hidden(hidden: boolean) {
    this.#account.hidden = hidden;
    this.#context.changed();
  }

  /** Whether linking a device wants a passkey: for this account, else as the drift `passkey` says. */
  get passkey(): boolean {
    return this.#account.passkey ?? serverDrift(this.#context, 'passkey') !== undefined;
  }

  set passkey(wanted: boolean) {
    this.#account.passkey = wanted;
    this.#context.changed();
  }

  /** What the account may not do now. */
  get limits(): AccountLimits {
    return limitsOf(this.#context, this.#account);
  }

  get banned(): boolean {
    return this.#account.banned;
  }

  get devices(): LinkedDevice[] {
    return this.#account.devices.map((device) => ({
      id: device.id,
      online: this.#live(device) !== undefined,
      os: device.os,
      linkedAt: device.linkedAt,
      lastSeenAt: device.lastSeenAt,
      synced: device.synced,
      queued: device.queue.length,
      counter: device.ratchet.counter,
    }));
  }

  /** What this person got from others, oldest first. */
  get inbox(): readonly Letter[] {
    return this.#account.letters.filter(
      (letter) => (letter.to === this.number || letter.from !== this.number) && !letter.refused,
    );
  }

  /** What this person sent, from the phone or from any device. */
  get sent(): readonly Letter[] {
    return this.#account.letters.filter((letter) => letter.from === this.number);
  }

  /** Links the device whose page shows this QR. */
  async scan(qrText: string): Promise<LinkedDevice> {
    return this.#describe(await this.#services.linking.scan(this.#account, qrText));
  }

  /** Links the device whose page shows this pairing code. */
  async enterPairingCode(code: string): Promise<LinkedDevice> {
    return this.#describe(await this.#services.linking.enterCode(this.#account, code));
  }

  /** The owner gives the passkey in a visible browser: the page that waits for it is linked. */
  async grantPasskey(): Promise<LinkedDevice> {
    return this.#describe(await this.#services.linking.grantPasskey(this.#account));
  }

  /** "Log out" in the list of linked devices; all of them when none is named. Works while the device is off. */
  async unlink(deviceId?: number): Promise<void> {
    for (const device of this.#pick(deviceId)) this.#services.login.unlink(this.#account, device, 'phone');
  }

  /** WhatsApp bans the account: live devices are told at once, the others at their next login. */
  ban(): void {
    this.#account.banned = true;
    this.#context.changed();
    this.#context.observed.add('banned', this.number, null);
    for (const device of this.#account.devices) {
      const connection = this.#live(device);
      connection?.send({ t: 'banned' });
      connection?.close();
    }
  }

  unban(): void {
    this.#account.banned = false;
    this.#context.changed();
    this.#context.observed.add('unbanned', this.number, null);
  }

  /** Some other place took the login of the live device. */
  conflict(deviceId?: number): void {
    for (const { device, connection } of this.#pickLive(deviceId)) {
      this.#context.observed.add('conflict', this.number, device.id, { by: 'order' });
      connection.send({ t: 'conflict' });
      connection.close();
    }
  }

  /** Cuts the socket of the live device; with `forMs`, it cannot come back for that long. */
  disconnectDevice(options: { deviceId?: number; forMs?: number } = {}): void {
    for (const { device, connection } of this.#pickLive(options.deviceId)) {
      this.#gateway.cut(connection, this.number, device.id, options.forMs ?? 0);
    }
  }

  /** Lets devices whose socket was cut come back at once. */
  reconnectDevices(): void {
    for (const device of this.#account.devices) this.#gateway.restore(this.number, device.id);
  }

  /** Has the live device go through "synced" once more, which the library takes for a second `ready`. */
  resync(deviceId?: number): void {
    for (const { connection } of this.#pickLive(deviceId)) connection.send({ t: 'resync' });
  }

  /** Has the live page reload itself, as it does when its service worker was updated. */
  reload(deviceId?: number): void {
    for (const { connection } of this.#pickLive(deviceId)) connection.send({ t: 'reload' });
  }

  /** Has the live page give up its login by itself. The device stays in the list of this phone. */
  erase(code: Erasing['code'], texts: { header?: string; subtext?: string } = {}): void {
    for (const { connection } of this.#pickLive(undefined)) connection.send({ t: 'erase', code, ...texts });
  }

  /** Puts the live page into a state of its own, until it is put into another one or reloads. */
  setState(state: string): void {
    const of2026 = serverDrift(this.#context, 'states-2026') !== undefined;
    const states = [...STATES, ...(of2026 ? STATES_2026 : ['TIMEOUT'])];
    if (!states.includes(state)) {
      throw new StandinError('bad_request', `no state '${state}'; this page has ${states.join(', ')}`);
    }
    for (const { connection } of this.#pickLive(undefined)) connection.send({ t: 'state', state });
  }

  /** Asks the live page for the terms: 1 and 2 are a window that stays, 3 is the refusal that logs out. */
  setTos(tos: 0 | 1 | 2 | 3): void {
    for (const { connection } of this.#pickLive(undefined)) connection.send({ t: 'tos', tos });
  }

  /** Locks new chats until a time; null: they are open. */
  timelock(timelock: { untilMs: number } | null): void {
    changeLimits(this.#context, this.#account, { timelock });
  }

  /** Sets the quota of new chats; null: there is none. */
  capping(capping: Capping | null): void {
    changeLimits(this.#context, this.#account, { capping });
  }

  /**
   * Sends a text from the phone itself. With `ciphertextMs`, devices show it as a placeholder without text first, and
   * can read it so many ms after they got it.
   */
  async send(to: string, text: string, options: { ciphertextMs?: number } = {}): Promise<{ id: string }> {
    return this.#post(to, text, options);
  }

  /** Knows messages of earlier days, oldest first: what a device that is linked later is given as the past. */
  remember(letters: readonly PastLetter[]): void {
    for (const letter of letters) this.#services.postOffice.remember(this.number, letter);
    this.#context.changed();
  }

  /** Sends a medium from the phone itself; `data` is base64. */
  async sendMedia(to: string, medium: PhoneMedium): Promise<{ id: string }> {
    const bytes = Buffer.from(medium.data, 'base64');
    const kind = medium.mimetype.split('/')[0] ?? '';
    const media = {
      type: ['image', 'video', 'audio'].includes(kind) ? kind : 'document',
      mimetype: medium.mimetype,
      directPath: this.#context.accounts.media.put(bytes),
      filehash: fileHash(bytes),
      encFilehash: fileHash(Buffer.concat([bytes, randomBytes(1)])),
      mediaKey: randomBytes(32).toString('base64'),
      mediaKeyTimestamp: Math.floor(Date.now() / 1000),
      size: bytes.length,
      ...(medium.filename === undefined ? {} : { filename: medium.filename }),
    };
    return this.#post(to, medium.caption ?? '', { media });
  }

  /** Makes a group with these people; its id takes the place of a number in what is sent to it. */
  async createGroup(subject: string, others: readonly string[]): Promise<{ id: string }> {
    const id = `120363${String(randomBytes(6).readUIntBE(0, 6)).padStart(15, '0').slice(-12)}@g.us`;
    this.#services.postOffice.makeGroup({ id, subject, owner: this.number, members: [this.number, ...others] });
    return { id };
  }

  /** Asks the other end to choose. */
  async sendPoll(to: string, name: string, options: readonly string[]): Promise<{ id: string }> {
    return this.#post(to, name, { poll: { name, options } });
  }

  /** Votes in a poll that this person got or sent; no options takes the vote back. */
  async vote(poll: string, options: readonly string[]): Promise<void> {
    const letter = this.#account.letters.find((one) => one.id === poll && one.poll !== undefined);
    if (!letter) throw new StandinError('bad_request', `${this.number} knows no poll ${poll}`);
    this.#post(letter.from === this.number ? letter.to : letter.from, '', { vote: { poll, options } });
  }

  #post(to: string, body: string, carried: Carried): { id: string } {
    const id = `3A${randomBytes(9).toString('hex').toUpperCase()}`;
    const t = Math.floor(serverNow(this.#context) / 1000);
    this.#services.postOffice.post({ id, from: this.number, to, body, t, via: null, retry: false, ...carried });
    return { id };
  }

  /** What the device that is online has on its disk of its chat with another number, oldest first. */
  async stored(chat: string): Promise<readonly StoredMessage[]> {
    return this.#services.stored.of(this.#account, chat);
  }

  #live(device: Device) {
    return liveConnection(this.#context, this.number, device.id);
  }

  #pick(deviceId: number | undefined): Device[] {
    const { devices } = this.#account;
    const picked = deviceId === undefined ? [...devices] : devices.filter((device) => device.id === deviceId);
    if (picked.length === 0) {
      throw new StandinError('unknown_device', `${this.number} has no linked device${deviceId ? ` ${deviceId}` : ''}`);
    }
    return picked;
  }

  #pickLive(deviceId: number | undefined) {
    const live = this.#pick(deviceId).flatMap((device) => {
      const connection = this.#live(device);
      return connection ? [{ device, connection }] : [];
    });
    if (live.length === 0) throw new StandinError('not_online', `${this.number} has no linked device online`);
    return live;
  }

  #describe(device: Device): LinkedDevice {
    const found = this.devices.find((one) => one.id === device.id);
    if (!found) throw new StandinError('unknown_device', `${this.number} lost device ${device.id} at once`);
    return found;
  }
}
