import { fill } from '../../words/words.ts';
import type { ReportedSession, ReportFacts } from '../facts.ts';
import { block, code, inline, table, time } from '../markdown.ts';
import type { ReportWords } from '../words/types.ts';

/** How a login comes about, and how each stands. */
export function login({ sessions, settings, service }: ReportFacts, w: ReportWords): string[] {
  const intro = [w.flowText, '', ...block(w.flowLines), '', w.modes[settings.loginMode] ?? settings.loginMode];
  if (sessions.length === 0) return intro;
  const rows = sessions.map(({ name, state, reason, since, lastReadyAt }) => {
    const meaning = w.states[state];
    const said = meaning === undefined ? state : `${state}: ${meaning}`;
    return [`**${name}**`, said, reason === '' ? '-' : code(reason), time(since), time(lastReadyAt)];
  });
  return [
    ...[...intro, '', `### ${w.now}`, ''],
    ...(service === null ? [w.stale, ''] : []),
    ...table([w.session, w.state, w.reason, w.since, w.lastReady], rows),
    ...sessions.flatMap((session) => changes(session, w)),
  ];
}

function changes({ name, transitions }: ReportedSession, w: ReportWords): string[] {
  if (transitions.length === 0) return [];
  const lines = transitions.map(({ from, to, reason, at }) => `- ${time(at)}: ${from} → ${to} (${inline(reason)})`);
  return ['', fill(w.lastChanges, { session: name }), '', ...lines];
}
