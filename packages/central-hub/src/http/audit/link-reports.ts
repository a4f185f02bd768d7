import { tenantOf } from '@leadmaster/protocol';
import type { Logger } from 'pino';
import type { OnboardingReport, Report } from '../../onboarding/reports.ts';
import type { AuditLog } from '../../store/audit-log.ts';
import { Seldom } from './seldom.ts';

/** What has a line of its own in the audit, and its name there. A code has that of the route that asks for it. */
const ACTS: Readonly<Partial<Record<OnboardingReport['what'], string>>> = {
  claimed: 'claimLink',
  linked: 'linkByLink',
  late: 'openEndedLink',
};

/** Tells it to the log and to the audit. Nothing of it opens a link. */
export function reportsTo(log: Logger, audit: AuditLog): Report {
  const seldom = new Seldom();
  return async ({ what, link: { id, session, claims, lateTries }, from }) => {
    const isWorthALook = what === 'late' || (what === 'claimed' && claims > 1);
    log[isWorthALook ? 'warn' : 'info']({ link: id, session, what, from, claims, lateTries }, 'onboarding link');
    const action = ACTS[what];
    if (action === undefined) return;
    const about = { target: `session:${session} link:${id}`, tenant: tenantOf(session), session };
    const counts = { claims, lateTries };
    const entry = { actor: `link:${id}`, action, ...about, from, result: 'ok', detail: counts, begun: null };
    // An ended link may be tried without end; each try is counted with the link.
    await (what === 'late' ? seldom.write(entry, (line) => audit.append(line)) : audit.append(entry));
  };
}
