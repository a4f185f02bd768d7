import { LeadMasterError } from '@leadmaster/protocol';
import type { OnboardingRecord } from '../store/records.ts';

/** What an error of a machine means to a stranger: not which session, which machine or whose number it is about. */
export function forStranger(error: unknown): unknown {
  if (!(error instanceof LeadMasterError)) return error;
  if (IS_ABOUT_NUMBER.includes(error.code)) return numberRefused();
  if (IS_PASSING.includes(error.code)) return silent();
  return error.code === 'not_waiting_for_qr' ? notWaiting() : notNow();
}

const IS_ABOUT_NUMBER: readonly string[] = ['linked_elsewhere', 'number_refused', 'wrong_account', 'unprocessable'];
const IS_PASSING: readonly string[] = [
  ...['machine_unreachable', 'service_unreachable', 'answer_lost', 'timeout', 'shutting_down', 'not_ready'],
  ...['unauthorized', 'engine_failed', 'storage_failed', 'database_unreachable', 'internal'],
];

export function numberRefused(): LeadMasterError {
  return new LeadMasterError('number_refused', 'This number cannot be linked here.', 'Link another number.');
}

export function unknownLink(): LeadMasterError {
  return new LeadMasterError('link_not_found', 'There is no such link.', 'Open it exactly as it was sent to you.');
}

export function endedLink({ state, language }: Pick<OnboardingRecord, 'state' | 'language'>): LeadMasterError {
  return new LeadMasterError('link_ended', 'The link has ended.', 'Ask for another one where you got it from.', {
    extra: { state: state === 'linked' ? 'revoked' : state, language },
  });
}

export function notClaimed(): LeadMasterError {
  const detail = 'The link is not open in this browser, or another one has taken it.';
  return new LeadMasterError('link_not_claimed', detail, 'Open the link, and press its button here.');
}

function silent(): LeadMasterError {
  return new LeadMasterError('machine_unreachable', 'There is no answer just now.', 'Try again in a moment.');
}

function notWaiting(): LeadMasterError {
  const detail = 'No code can be had just now.';
  return new LeadMasterError('not_waiting_for_qr', detail, 'Wait until the page shows a QR, then ask again.');
}

function notNow(): LeadMasterError {
  const detail = 'Linking is not possible just now.';
  return new LeadMasterError('wrong_state', detail, 'Ask the person who sent you the link.');
}
