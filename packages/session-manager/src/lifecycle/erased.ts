import { isLoginErased, LeadMasterError } from '@leadmaster/protocol';
import type { SupervisorView } from './session-status.ts';

/**
 * A start on a login that the page has erased would end in a QR as if nothing had been, and a program that starts its
 * sessions by itself would hide from people that a copy brings it back without a phone. So the way on is chosen by an
 * order of its own: a restore, or a logout (its profile goes to trash) and a new link.
 *
 * @throws LeadMasterError `wrong_state`
 */
export function refuseErased(session: string, view: SupervisorView): void {
  if (!isLoginErased(view)) return;
  const { state, reason, hint } = view;
  throw new LeadMasterError('wrong_state', `${session} is ${state} (${reason}): its profile holds no login`, hint, {
    extra: { state, reason },
  });
}
