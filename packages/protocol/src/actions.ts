import { z } from 'zod';
import { seenAs } from './tenants/seen.ts';

/** The session that is meant; absent where it is for the operator to say which. */
const session = z.string().optional();
const yes = z.literal(true).optional();
/** A snapshot by its id, or `latest`; absent where it is for the operator to choose. */
const snapshot = z.string().optional();

/**
 * What a hint proposes, as data: one order that the command line, the API and a page know. A field is absent where the hint
 * leaves it to the operator. `COMMANDS` says how each is written as a command.
 */
export const action = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('start'), session, originRetired: yes, olderLogin: yes }),
    z.object({ kind: z.literal('stop'), session }),
    z.object({ kind: z.literal('restart'), session }),
    z.object({ kind: z.literal('log_out'), session }),
    z.object({ kind: z.literal('delete'), session, purge: yes }),
    z.object({ kind: z.literal('scan_qr'), session }),
    z.object({ kind: z.literal('account_accept'), session }),
    z.object({ kind: z.literal('account_unlink'), session }),
    z.object({ kind: z.literal('sending_on'), session }),
    z.object({ kind: z.literal('place_accept'), sessions: z.array(z.string()).optional() }),
    z.object({ kind: z.literal('snapshot_list'), session }),
    z.object({ kind: z.literal('snapshot_create'), session }),
    z.object({ kind: z.literal('snapshot_verify'), session, snapshot, drill: yes }),
    z.object({ kind: z.literal('snapshot_delete'), session, snapshot }),
    z.object({ kind: z.literal('snapshot_prune'), session }),
    z.object({ kind: z.literal('restore'), session, snapshot, start: yes }),
    z.object({ kind: z.literal('export'), session, file: z.string().optional(), retire: yes, force: yes }),
    z.object({ kind: z.literal('transfer'), session, to: z.string().optional(), undo: yes }),
    z.object({ kind: z.literal('adopt'), path: z.string().optional(), session, move: yes }),
    z.object({ kind: z.literal('recover') }),
    z.object({ kind: z.literal('trim'), session }),
    z.object({ kind: z.literal('override'), session, feature: z.string().optional() }),
    z.object({ kind: z.literal('show_capabilities'), session }),
    z.object({ kind: z.literal('show_sessions') }),
    z.object({ kind: z.literal('show_events'), session }),
    z.object({ kind: z.literal('show_builds') }),
    z.object({ kind: z.literal('show_storage'), session }),
    z.object({ kind: z.literal('show_place'), session }),
    z.object({ kind: z.literal('check'), session }),
    z.object({ kind: z.literal('doctor'), fix: yes }),
    z.object({ kind: z.literal('key_copied'), copy: z.string().optional() }),
    z.object({ kind: z.literal('vault_accept'), session }),
    z.object({ kind: z.literal('vault_create') }),
    z.object({ kind: z.literal('vault_repair') }),
    z.object({ kind: z.literal('create_tenant'), name: z.string().optional() }),
    z.object({ kind: z.literal('create_key'), name: z.string().optional(), tenant: z.string().optional() }),
    z.object({ kind: z.literal('create_link'), session }),
    z.object({ kind: z.literal('show_links'), session }),
    z.object({ kind: z.literal('accept_log'), name: z.string().optional() }),
    z.object({ kind: z.literal('move'), session, machine: z.string().optional() }),
    z.object({ kind: z.literal('drain'), name: z.string().optional(), move: yes, undo: yes }),
    z.object({ kind: z.literal('peer_url'), name: z.string().optional(), url: z.string().optional() }),
    z.object({ kind: z.literal('show_machines') }),
    z.object({ kind: z.literal('open_dashboard') }),
    z.object({ kind: z.literal('add_machine'), name: z.string().optional(), url: z.string().optional() }),
  ])
  .meta({ id: 'Action', examples: [{ kind: 'scan_qr', session: 'ventas' }] });
export type Action = z.infer<typeof action>;

/** Beside a hint: what it proposes first, and what else it proposes, in its order. Absent where it names no order of ours. */
export const actionFields = {
  action: seenAs(
    'advice',
    action.optional().describe('What the hint proposes first, as data; absent where it names no order of ours'),
  ),
  furtherActions: seenAs(
    'advice',
    z.array(action).optional().describe('What else the hint proposes, in its order; absent where nothing'),
  ),
};
export interface ActionFields {
  action?: Action;
  furtherActions?: Action[];
}
