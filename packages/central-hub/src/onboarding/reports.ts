import type { Logger } from 'pino';
import type { OnboardingRecord } from '../store/records.ts';

/** What becomes of a link by those who have no key. */
export interface OnboardingReport {
  /** `claimed`: a browser has taken it. `code`: it asked for a pairing code. `linked`: an account is linked. `late`: it was tried after its end. */
  what: 'claimed' | 'code' | 'linked' | 'late';
  link: OnboardingRecord;
  /** The address that the request came from. */
  from: string;
}

/** The one place where it is told. Nothing of it opens a link. */
export function reportOnboarding(log: Logger, { what, link, from }: OnboardingReport): void {
  const { id, session, claims, lateTries } = link;
  const isWorthALook = what === 'late' || (what === 'claimed' && claims > 1);
  log[isWorthALook ? 'warn' : 'info']({ link: id, session, what, from, claims, lateTries }, 'onboarding link');
}
