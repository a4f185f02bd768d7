import type { Account, Device } from './accounts.ts';
import type { Connection } from './connection.ts';
import { limitsOf } from './limits.ts';
import type { PostOffice } from './post-office.ts';
import { judgeStep, verifyStep } from './ratchet.ts';
import { liveConnection, type ServerContext, serverDrift } from './server-context.ts';
import type { FromPage, LoginRefusal, RatchetStep } from './wire.ts';

const ROW_BYTES = 4096;

/** Lets known devices in, and notices those that are not what they were. */
export class Login {
  readonly #context: ServerContext;
  readonly #postOffice: PostOffice;

  constructor(context: ServerContext, postOffice: PostOffice) {
    this.#context = context;
    this.#postOffice = postOffice;
  }

  /** A page says that it is this device. */
  login(connection: Connection, message: Extract<FromPage, { t: 'login' }>): void {
    const account = this.#context.accounts.find(message.number);
    const device = account?.devices.find((known) => known.id === message.device);
    const refusal = this.#judge(connection, message, account, device);
    if (account && device && !refusal) this.#letIn(connection, message, account, device);
    else this.#refuse(connection, message, refusal ?? 'unlinked');
  }

  #judge(
    connection: Connection,
    message: Extract<FromPage, { t: 'login' }>,
    account: Account | undefined,
    device: Device | undefined,
  ): LoginRefusal | null {
    if (!account || !device) return 'unlinked';
    const { challenge } = connection;
    const proven = verifyStep(device.noiseKey, challenge, account.number, device.id, message.step, message.sig);
    if (!proven) return 'bad_signature';
    return account.banned ? 'banned' : null;
  }

  #letIn(connection: Connection, message: Extract<FromPage, { t: 'login' }>, account: Account, device: Device): void {
    const other = liveConnection(this.#context, account.number, device.id);
    const elsewhere = other !== undefined && other !== connection && other.instance !== connection.instance;
    const noticed = this.#noticeClone(connection, account, device, message.step, elsewhere && !message.takeover);
    if (noticed && this.#context.settings().clones === 'logout') {
      this.unlink(account, device, 'noticed');
      connection.send({ t: 'failure', reason: 'unlinked' });
      return;
    }
    if (other && other !== connection) this.#pushOut(other, account, device, elsewhere, message.takeover);
    this.#context.observed.add('login', account.number, device.id, {
      counter: message.step.counter,
      version: connection.version,
      instance: connection.instance,
    });
    this.admit(connection, account, device);
  }

  /** From here on the socket belongs to that device: it gets a confirmation and the messages that waited for it. */
  admit(connection: Connection, account: Account, device: Device): void {
    const { page, sync } = this.#context.settings();
    connection.login = { number: account.number, device: device.id };
    device.lastSeenAt = Date.now();
    const history = page.databaseBytes > 0 || page.mediaBytes > 0;
    connection.send({
      t: 'success',
      number: account.number,
      device: device.id,
      name: account.name,
      sync: { speed: sync, ms: this.#syncMs() },
      waiting: device.queue.length,
      heapBytes: page.heapBytes,
      history:
        device.synced || !history
          ? null
          : { bytes: page.databaseBytes, mediaBytes: page.mediaBytes, rowBytes: ROW_BYTES, ratePerSec: 0 },
      limits: limitsOf(this.#context, account),
    });
    this.#context.changed();
    this.#postOffice.deliver(connection, device, 'offline');
  }

  /** Checks a step that was used on a live socket. */
  useStep(account: Account, device: Device, connection: Connection, step: RatchetStep): void {
    this.#noticeClone(connection, account, device, step, false);
  }

  /** Removes the device from the account, and tells it if it is there. */
  unlink(account: Account, device: Device, by: 'phone' | 'device' | 'noticed' | 'status_read'): void {
    account.devices = account.devices.filter((other) => other !== device);
    this.#context.changed();
    this.#context.observed.add('unlinked', account.number, device.id, { by });
    const live = liveConnection(this.#context, account.number, device.id);
    if (live && by !== 'device') live.send({ t: 'unlinked' });
    if (live) live.login = null;
  }

  /** The page read other people's status: before its first self-reload, that may cost the login. */
  statusRead(device: Device): void {
    if ((device.selfReloads ?? 0) === 0) device.statusRead = true;
    this.#context.changed();
  }

  /** The page is about to reload itself. False: it is unlinked instead. */
  selfReload(account: Account, device: Device): boolean {
    device.selfReloads = (device.selfReloads ?? 0) + 1;
    this.#context.changed();
    this.#context.observed.add('self_reload', account.number, device.id, { nth: device.selfReloads });
    const revoked =
      device.selfReloads === 1 &&
      device.statusRead === true &&
      serverDrift(this.#context, 'status-read-revokes') !== undefined;
    if (revoked) this.unlink(account, device, 'status_read');
    return !revoked;
  }

  #noticeClone(
    connection: Connection,
    account: Account,
    device: Device,
    step: RatchetStep,
    concurrent: boolean,
  ): boolean {
    const last = device.ratchet;
    const verdict = concurrent ? 'duplicate' : judgeStep(device, step);
    device.ratchet = { counter: step.counter, nonce: step.nonce };
    this.#context.changed();
    if (verdict === 'ok') return false;
    this.#context.observed.add(verdict, account.number, device.id, {
      reason: concurrent ? 'two logins at once' : verdict === 'rollback' ? 'counter went back' : 'forked past',
      counter: step.counter,
      last: last.counter,
      instance: connection.instance,
    });
    return true;
  }

  #pushOut(other: Connection, account: Account, device: Device, elsewhere: boolean, takeover: boolean): void {
    other.login = null;
    if (!elsewhere) {
      other.cut();
      return;
    }
    if (takeover) this.#context.observed.add('takeover', account.number, device.id, { instance: other.instance });
    this.#context.observed.add('conflict', account.number, device.id, { instance: other.instance });
    other.send({ t: 'conflict' });
    other.close();
  }

  #refuse(connection: Connection, message: Extract<FromPage, { t: 'login' }>, reason: LoginRefusal): void {
    this.#context.observed.add('refused', message.number, message.device, { reason, instance: connection.instance });
    connection.send({ t: 'failure', reason });
  }

  #syncMs(): number {
    const { sync, slowSyncMs } = this.#context.settings();
    if (sync === 'fast') return 0;
    return sync === 'slow' ? slowSyncMs : 300 + Math.round(this.#context.clock.random() * 500);
  }
}
