import {
  LeadMasterError,
  type LinkState,
  type OnboardingLanguage,
  type PairingCode,
  type QrCode,
  type Session,
} from '@leadmaster/protocol';
import type { Logger } from 'pino';
import { toString as toPicture } from 'qrcode';
import { fits, hashOf, newKey } from '../keys/key-text.ts';
import type { HubStore } from '../store/index.ts';
import type { OnboardingRecord } from '../store/records.ts';
import type { Linking } from './linking.ts';
import { endedLink, forStranger, notClaimed, numberRefused, unknownLink } from './refusals.ts';
import type { Report } from './reports.ts';

/** A link as it is asked for. */
export interface Asked {
  /** The full name. */
  session: string;
  lifeMs: number;
  language: OnboardingLanguage | null;
  expectedPhone: string | null;
}

/** A request of a visitor who has the address of a link. */
export interface Visit {
  token: string;
  /** The address that it comes from. */
  from: string;
}

/** The same from a browser, with what the link may have been given to it by. */
export type Claimed = Visit & { secrets: readonly string[] };

interface OnboardingParts {
  store: HubStore;
  linking: Linking;
  report: Report;
  log: Logger;
}

/** Links by which the owner of a phone links a session, from their making to their end. */
export class Onboarding {
  readonly #store: HubStore;
  readonly #linking: Linking;
  readonly #report: Report;
  readonly #log: Logger;

  constructor({ store, linking, report, log }: OnboardingParts) {
    this.#store = store;
    this.#linking = linking;
    this.#report = report;
    this.#log = log;
  }

  /**
   * Makes a link; the token is shown this once.
   * @throws LeadMasterError `wrong_state` where the session is linked or has moved away; `login_mode_server`, `limit_reached`,
   *   and what its machine answers.
   */
  async create({ session, lifeMs, ...asked }: Asked): Promise<{ link: OnboardingRecord; token: string }> {
    requireLinkable(await this.#linking.look(session));
    const { id, secret } = newKey();
    const wanted = { ...asked, session, lifeMs, id, tokenHash: hashOf(secret), createdAt: new Date() };
    return { link: await this.#store.onboarding.create(wanted), token: secret };
  }

  /** The link that is visited, while it may be used. @throws LeadMasterError `link_not_found`, `link_ended`. */
  async visit({ token, from }: Visit): Promise<OnboardingRecord> {
    const link = await this.#find(token);
    if (link.state === 'waiting') return link;
    await this.#store.onboarding.countLateTry(link.id);
    await this.#report({ what: 'late', link: { ...link, lateTries: link.lateTries + 1 }, from });
    throw endedLink(link);
  }

  /** The link, for the browser that has it, also once it has ended. Null where this browser does not have it. */
  async heldBy({ token, secrets }: Claimed): Promise<OnboardingRecord | null> {
    const link = await this.#find(token);
    return isHeld(link, secrets) ? link : null;
  }

  /** The same, where only that browser may go on. @throws LeadMasterError `link_not_found`, `link_ended`, `link_not_claimed`. */
  async held(visit: Claimed): Promise<OnboardingRecord> {
    const link = await this.heldBy(visit);
    return link ?? this.#notHeld(visit);
  }

  /**
   * Gives the link to a browser, and starts the linking. The one that had it before has it no more.
   * @throws LeadMasterError as `visit`; `wrong_state` or `machine_unreachable` where linking does not start: then nothing changes.
   */
  async claim(visit: Visit): Promise<{ link: OnboardingRecord; secret: string }> {
    const asked = await this.visit(visit);
    await this.#linking.begin(asked).catch((error: unknown) => this.#refuse(error, asked.session));
    const { secret } = newKey();
    const link = await this.#store.onboarding.claim(asked.id, hashOf(secret));
    if (link === null) return this.#ended(visit);
    await this.#report({ what: 'claimed', link, from: visit.from });
    return { link, secret };
  }

  /** What the page of a link shows now, to the browser that has it. @throws LeadMasterError as `held`; `machine_unreachable`. */
  async state(visit: Claimed, link: OnboardingRecord): Promise<LinkState> {
    const expiresAt = link.expiresAt.toISOString();
    if (link.state !== 'waiting') return { state: link.state, expiresAt };
    const progress = await this.#linking.progress(link).catch((error: unknown) => this.#refuse(error, link.session));
    if (progress.is === 'linked' && (await this.#store.onboarding.end(link.id))) {
      await this.#report({ what: 'linked', link, from: visit.from });
    }
    if (progress.is === 'qr') return this.#show(visit, progress);
    return progress.is === 'scanned'
      ? { state: 'waiting', scanned: true, expiresAt }
      : { state: progress.is, expiresAt };
  }

  /** Shows what links: to the browser that still has the link, and while that is still good. It may have ended while its machine was asked. */
  async #show(visit: Claimed, { qr, expiresAt: qrExpiresAt }: Pick<QrCode, 'qr' | 'expiresAt'>): Promise<LinkState> {
    const link = await this.held(visit);
    const expiresAt = link.expiresAt.toISOString();
    if (link.state !== 'waiting') return { state: link.state, expiresAt };
    if (link.code !== null) {
      return { state: 'code', code: link.code.code, codeExpiresAt: link.code.expiresAt, expiresAt };
    }
    return { state: 'qr', qr, image: await pictureOf(qr), qrExpiresAt, expiresAt };
  }

  /** @throws LeadMasterError as `state`; `number_refused`, `rate_limited`, `not_waiting_for_qr`. */
  async code(visit: Claimed, link: OnboardingRecord, phone: string): Promise<PairingCode> {
    const { id, session, claimHash } = await this.visit(visit);
    await this.#store.onboarding.countCode(id, phone);
    if (await this.#linking.isRefused(link, phone)) throw numberRefused();
    const code = await this.#linking.code(session, phone).catch((error: unknown) => this.#refuse(error, session));
    await this.#report({ what: 'code', link, from: visit.from });
    const isKept = claimHash !== null && (await this.#store.onboarding.keepCode(id, claimHash, code));
    // The link has ended, or another browser has taken it, while WhatsApp was asked.
    return isKept ? code : this.#notHeld(visit);
  }

  async #find(token: string): Promise<OnboardingRecord> {
    const link = await this.#store.onboarding.find(hashOf(token));
    if (link === null) throw unknownLink();
    return link;
  }

  /** It has ended since it was looked at. */
  async #ended(visit: Visit): Promise<never> {
    const link = await this.visit(visit);
    throw endedLink(link);
  }

  /** A link that has ended is told as that; one that lives is in another browser. */
  async #notHeld(visit: Visit): Promise<never> {
    await this.visit(visit);
    throw notClaimed();
  }

  /** A stranger is told little; why it was is for the log. */
  #refuse(error: unknown, session: string): never {
    const code = error instanceof LeadMasterError ? error.code : null;
    this.#log.warn({ session, code, err: error }, 'a link could not go on');
    throw forStranger(error);
  }
}

/** States in which no account is to be linked. */
const UNLINKABLE: readonly string[] = ['READY', 'AUTHENTICATED', 'MOVED', 'UNCLAIMED'];

function requireLinkable({ state, loginMode }: Session): void {
  if (loginMode === 'server') {
    throw new LeadMasterError(
      'login_mode_server',
      'The machine of the session links no accounts (LOGIN_MODE=server).',
      'Have the operator start it with LOGIN_MODE=qr.',
    );
  }
  if (!UNLINKABLE.includes(state)) return;
  throw new LeadMasterError(
    'wrong_state',
    `The session is ${state}: no account is to be linked.`,
    'Log it out first, if another account is to take its place.',
    { extra: { state } },
  );
}

function isHeld({ claimHash }: OnboardingRecord, secrets: readonly string[]): boolean {
  return claimHash !== null && secrets.some((secret) => fits(secret, claimHash));
}

/** A picture of the QR that stays sharp at any size. */
async function pictureOf(qr: string): Promise<string> {
  const svg = await toPicture(qr, { type: 'svg', margin: 4 });
  return `data:image/svg+xml;base64,${Buffer.from(svg, 'utf8').toString('base64')}`;
}
