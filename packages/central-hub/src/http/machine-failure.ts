import { LeadMasterError, problemForTenant, wordOf } from '@leadmaster/protocol';
import type { Caller } from '../keys/caller.ts';
import type { MachineLink } from '../machines/link.ts';

/** What it means where the machine itself has not answered a call, by the code of the failure. */
const UNANSWERED: Readonly<Record<string, string>> = {
  service_unreachable: 'nothing of LeadMaster answers at its address',
  answer_lost: 'its answer is lost',
  unauthorized: 'it does not take the token that the hub has for it',
};

/** Why a call to a machine failed, as its caller may see it: the address of the machine is in none of it. */
export function failureFor(caller: Caller, link: MachineLink, method: string, error: unknown): unknown {
  if (!(error instanceof LeadMasterError)) return error;
  const { code } = error;
  const why = wordOf(UNANSWERED, code);
  if (why !== null) return link.unreachable(why, method, code === 'answer_lost');
  return caller.tenant === null ? error : LeadMasterError.of(problemForTenant({ ...error.toProblem() }, caller.tenant));
}

/** Whether the machine gave no answer of its own to the hub, so that the hub tells what it knew last. */
export function isSilent(error: unknown): boolean {
  return (
    error instanceof LeadMasterError &&
    ['service_unreachable', 'unauthorized', 'answer_lost', 'timeout', 'shutting_down'].includes(error.code)
  );
}
