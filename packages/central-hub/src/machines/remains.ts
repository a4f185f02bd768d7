import type { Client } from '@leadmaster/client';
import { errorText, LeadMasterError } from '@leadmaster/protocol';
import type { MachineLink } from './link.ts';

/** How long a machine has to tell all that it holds: it may have to ask a vault far away. */
const ANSWER_MS = 15_000;
const PAGE = 500;
/** So many are named; the rest is counted. */
const NAMED = 20;

/** Something of a tenant's name on a machine: a session, a profile in its trash, or snapshots in its vault. */
export interface Remain {
  machine: string;
  kind: 'session' | 'trash' | 'vault';
  /** The session's full name; of the trash, the entry where its label cannot be read. */
  session: string;
}

/** What is known of all machines, and which of them did not tell. */
export interface Remains {
  found: Remain[];
  unknown: { machine: string; why: string }[];
}

/** Asks every machine, all at once, what it holds under the name of a tenant. What a machine does not tell is unknown, never "nothing". */
export async function remainsOf(tenant: string, links: readonly MachineLink[]): Promise<Remains> {
  const answers = await Promise.all(links.map((link) => askMachine(tenant, link)));
  return { found: answers.flatMap(({ found }) => found), unknown: answers.flatMap(({ unknown }) => unknown) };
}

async function askMachine(tenant: string, { name: machine, client, isUp }: MachineLink): Promise<Remains> {
  if (!isUp) return { found: [], unknown: [{ machine, why: 'it does not answer' }] };
  const signal = AbortSignal.timeout(ANSWER_MS);
  const asked: [Remain['kind'], () => Promise<string[]>][] = [
    ['session', () => sessionsOf(client, tenant, signal)],
    ['trash', () => trashOf(client, tenant, signal)],
    ['vault', () => vaultOf(client, tenant, signal)],
  ];
  const told = await Promise.all(asked.map(([kind, ask]) => tell(machine, kind, ask)));
  return { found: told.flatMap(({ found }) => found), unknown: told.flatMap(({ unknown }) => unknown) };
}

async function tell(machine: string, kind: Remain['kind'], ask: () => Promise<string[]>): Promise<Remains> {
  try {
    const names = [...new Set(await ask())];
    return { found: names.map((session) => ({ machine, kind, session })), unknown: [] };
  } catch (error) {
    return { found: [], unknown: [{ machine, why: `its ${kind} could not be read: ${errorText(error)}` }] };
  }
}

/** Names are listed in order, and nothing sorts between the prefix and what begins with it. */
async function sessionsOf(client: Client, tenant: string, signal: AbortSignal): Promise<string[]> {
  const query = { after: `${tenant}.`, limit: PAGE };
  const { items } = await client.call('listSessions', { query }, { signal });
  return items.map(({ name }) => name).filter(isOf(tenant));
}

async function trashOf(client: Client, tenant: string, signal: AbortSignal): Promise<string[]> {
  const names: string[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const query = { limit: PAGE, ...(after === undefined ? {} : { after }) };
    const page = await client.call('listTrash', { query }, { signal });
    names.push(...page.items.map(({ id, session }) => session ?? id));
    after = page.cursor;
  }
  return names.filter(isOf(tenant));
}

async function vaultOf(client: Client, tenant: string, signal: AbortSignal): Promise<string[]> {
  const { items } = await client.call('listRecoverable', {}, { signal });
  return items.map(({ session }) => session).filter(isOf(tenant));
}

function isOf(tenant: string): (name: string) => boolean {
  return (name) => name.startsWith(`${tenant}.`);
}

/**
 * Refuses a name that machines hold something of, or may hold. A new client would get the logins of another one.
 *
 * @throws LeadMasterError `tenant_has_remains`, with `remains` and `unknown`.
 */
export function refuseRemains(tenant: string, { found, unknown }: Remains): void {
  if (found.length + unknown.length === 0) return;
  const named = found.slice(0, NAMED).map(({ machine, kind, session }) => `${session} (${PLACE[kind]} of ${machine})`);
  const rest = found.length - named.length;
  const held = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
  const sentences = [
    ...(found.length === 0 ? [] : [`Left under the name ${tenant}: ${held}.`]),
    ...unknown.map(({ machine, why }) => `What ${machine} holds of it is not known: ${why}.`),
  ];
  throw new LeadMasterError('tenant_has_remains', sentences.join(' '), HINT, { extra: { remains: found, unknown } });
}

const PLACE = { session: 'a session', trash: 'in the trash', vault: 'in the vault' } as const;

const HINT =
  'Delete those sessions with their snapshots (DELETE /v1/sessions/NAME?purge=true), wait until the trash is emptied, bring back ' +
  'or remove the machines that do not tell; or choose another name. Where it is the same client, confirm with acceptRemains that all of it is theirs.';
