/**
 * The comment of a hub's event stream, for the operator alone, that tells that a machine stopped answering, or answers again. It is in
 * no log: a hub that restarts does not repeat it, so that a reader asks again for sessions and machines whenever its stream opens.
 */
export const MACHINES_TURNED = 'machines';
