import type { OnboardingRecord } from '../store/records.ts';

/** What becomes of a link by those who have no key. */
export interface OnboardingReport {
  /** `claimed`: a browser has taken it. `code`: it asked for a pairing code. `linked`: an account is linked. `late`: it was tried after its end. */
  what: 'claimed' | 'code' | 'linked' | 'late';
  link: OnboardingRecord;
  /** The address that the request came from. */
  from: string;
}

/** Told before the request is answered. Where it throws, the request fails. */
export type Report = (report: OnboardingReport) => Promise<void>;
