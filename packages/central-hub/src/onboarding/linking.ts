import {
  isHeldBack,
  LeadMasterError,
  type PairingCode,
  type QrCode,
  type Session,
  samePhone,
} from '@leadmaster/protocol';
import type { MachineLink } from '../machines/link.ts';
import type { MachineLinks } from '../machines/links.ts';
import type { HubStore } from '../store/index.ts';
import type { OnboardingRecord } from '../store/records.ts';

/** For an answer of a machine; what begins waits longer, since a browser does. A code is asked of WhatsApp itself. */
const ANSWER_MS = 5_000;
const BEGIN_MS = 20_000;
const CODE_MS = 60_000;
/** So many sessions are looked at for one number. */
const MOST_OF_A_NUMBER = 500;

/** How a session stands on its way to be linked. */
export type Progress =
  | { is: 'waiting' | 'scanned' | 'linked' | 'passkey' | 'wrong_account' }
  /** The QR to scan. */
  | ({ is: 'qr' } & Pick<QrCode, 'qr' | 'expiresAt'>);

/** Links a session on its machine, by the routes that its tenant has too. */
export class Linking {
  readonly #store: HubStore;
  readonly #machines: MachineLinks;

  constructor(store: HubStore, machines: MachineLinks) {
    this.#store = store;
    this.#machines = machines;
  }

  /** The session as its machine knows it now. @throws LeadMasterError `session_not_found`, and what its machine answers. */
  async look(session: string): Promise<Session> {
    const { client } = await this.#machineOf(session);
    return client.call('getSession', { params: { session } }, { timeoutMs: ANSWER_MS });
  }

  /** Starts the session of a link, bound to the number that the link expects. One that runs stays as it is. */
  async begin({ session, expectedPhone }: OnboardingRecord): Promise<void> {
    const { client } = await this.#machineOf(session);
    if (expectedPhone !== null) {
      const asked = { params: { session }, body: { expectedPhone } };
      await client.call('changeSession', asked, { timeoutMs: BEGIN_MS });
    }
    await client.call('startSession', { params: { session } }, { timeoutMs: BEGIN_MS });
  }

  async progress(link: OnboardingRecord): Promise<Progress> {
    const name = link.session;
    const session = await this.look(name);
    switch (session.state) {
      case 'QR_REQUIRED':
        return this.#qr(name);
      case 'READY':
        return { is: (await this.#isRight(session, link)) ? 'linked' : 'wrong_account' };
      case 'AUTHENTICATED':
        return { is: 'scanned' };
      case 'PASSKEY_REQUIRED':
        return { is: 'passkey' };
      case 'WRONG_ACCOUNT':
        return { is: 'wrong_account' };
      case 'STOPPED':
        // Its QRs ran out while no page of a link asked for them; this one does.
        if (session.reason === 'qr_unattended' && !isHeldBack(session)) await this.begin(link);
        return { is: 'waiting' };
      default:
        return { is: 'waiting' };
    }
  }

  /** @throws LeadMasterError as the machine does. */
  async code(session: string, phone: string): Promise<PairingCode> {
    const { client } = await this.#machineOf(session);
    const asked = { params: { session }, body: { phone } };
    return client.call('requestPairingCode', asked, { timeoutMs: CODE_MS });
  }

  /** Whether no code is to be asked for a number: it is not the one that is expected, or is linked already. */
  async isRefused({ session, expectedPhone }: OnboardingRecord, phone: string): Promise<boolean> {
    const isOther = expectedPhone !== null && !samePhone(phone, expectedPhone);
    return isOther || (await this.#isLinkedBeyond(session, phone));
  }

  /** Whether a number is linked in a session of another machine, as far as the hub knows. A machine knows its own by itself. */
  async #isLinkedBeyond(session: string, phone: string): Promise<boolean> {
    const home = await this.#store.homes.machineOf(session);
    // The part that every spelling of a number has.
    const q = phone.slice(-8);
    const { items } = await this.#store.sessions.list({ q, limit: MOST_OF_A_NUMBER });
    return items.some(
      ({ machine, session: { state, account } }) =>
        machine !== home && state !== 'MOVED' && account !== null && samePhone(account.phone, phone),
    );
  }

  async #qr(session: string): Promise<Progress> {
    const { client } = await this.#machineOf(session);
    try {
      const { qr, expiresAt } = await client.call('getQr', { params: { session } }, { timeoutMs: ANSWER_MS });
      return { is: 'qr', qr, expiresAt };
    } catch (error) {
      // It was scanned, or ran out, between the two questions.
      if (error instanceof LeadMasterError && error.code === 'not_waiting_for_qr') return { is: 'waiting' };
      throw error;
    }
  }

  /** A number that is not known is never wrong. */
  async #isRight({ account }: Session, link: OnboardingRecord): Promise<boolean> {
    const phone = account?.phone ?? '';
    return phone === '' || !(await this.isRefused(link, phone));
  }

  async #machineOf(session: string): Promise<MachineLink> {
    const home = await this.#store.homes.machineOf(session);
    if (home !== null) return this.#machines.get(home);
    throw new LeadMasterError('session_not_found', `There is no session "${session}".`, 'Make it first.');
  }
}
