import { isHeldBack, isLoginErased, LeadMasterError, type UnreachableBy } from '@leadmaster/protocol';
import type { SessionRow } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** The obstacle, in a word of both languages. */
const WAY: Record<UnreachableBy, string> = {
  dns: 'DNS',
  route: 'TCP/IP',
  tls: 'TLS',
  proxy: 'proxy',
  http: 'HTTP',
  other: '-',
};

/** Whether WhatsApp Web can be reached, by the route of the sessions' browsers. A missing browser is another check's. */
export async function checkWhatsApp({ machine }: Installation): Promise<Finding[]> {
  try {
    const way = await machine.reach();
    if (way === null) return [];
    return [found('problem', 'whatsapp_unreachable', 'web.whatsapp.com', { way: WAY[way.by], detail: way.detail })];
  } catch (error) {
    if (error instanceof LeadMasterError && error.code === 'browser_missing') return [];
    throw error;
  }
}

/** Sessions that are to run and do not, for causes that no other check names. */
export async function checkSessions({ state }: Installation): Promise<Finding[]> {
  return (state?.sessions ?? []).flatMap((row) => {
    const severity = severityOf(row);
    if (severity === null) return [];
    const { name: session, state: where, reason, since } = row;
    return [found(severity, 'session_unwell', session, { session, state: where, reason, since })];
  });
}

function severityOf({ state, reason, desired }: SessionRow): Finding['severity'] | null {
  if (isLoginErased({ state, reason }) || isHeldBack({ state, reason })) return null;
  if (state === 'ERROR' || state === 'AUTH_FAILURE' || state.startsWith('DISCONNECTED_')) {
    return state === 'DISCONNECTED_RECOVERABLE' ? 'warning' : 'problem';
  }
  if (state === 'QR_REQUIRED') return 'note';
  // Between two tries.
  const isTrying = (state === 'INITIALIZING' || state === 'RECONNECTING') && reason === 'retry';
  return isTrying && desired === 'running' ? 'warning' : null;
}
