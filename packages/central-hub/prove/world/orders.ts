import { errorText, LeadMasterError } from '@leadmaster/protocol';

/** How an order ended for the one who gave it. `unknown`: the answer is lost, and the error says so. */
export type Outcome = 'done' | 'refused' | 'unknown';

/** An order that was given through a hub, however often it was repeated until it was answered. */
export interface Order {
  kind: 'create' | 'start' | 'stop' | 'delete' | 'text';
  session: string;
  outcome: Outcome;
  /** What was sent, and the message that it became. */
  text?: string;
  message?: string;
  /** Why it was refused, or that its answer is lost. */
  why?: string;
}

/** What an error says about the order that it answers. */
export function outcomeOf(error: unknown): Exclude<Outcome, 'done'> {
  if (!(error instanceof LeadMasterError)) throw error;
  const { code, message } = error;
  return code === 'answer_lost' || /may have been (done|carried out)/.test(message) ? 'unknown' : 'refused';
}

/** Whether an answer is a fault of the hub, under every disturbance. */
export function faultOf(error: unknown): string | null {
  if (!(error instanceof LeadMasterError)) return errorText(error);
  return error.code === 'internal' ? `an order was answered with "internal": ${error.message}` : null;
}
