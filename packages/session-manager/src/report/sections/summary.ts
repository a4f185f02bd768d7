import { fill } from '../../doctor/words/words.ts';
import type { ReportedSession, ReportFacts } from '../facts.ts';
import { code, inline, minute, size, table } from '../markdown.ts';
import type { ReportWords } from '../words/types.ts';

/** How many, how large, how they stand. */
export function summary(facts: ReportFacts, w: ReportWords): string[] {
  const { sessions, tokens, disk, findings } = facts;
  const of = (severity: string): number => findings.filter((one) => one.severity === severity).length;
  const found = fill(w.summaryFindings, { problems: of('problem'), warnings: of('warning'), notes: of('note') });
  if (sessions.length === 0) return [fill(w.summaryNothing, { tokens: code(tokens) }), '', found];
  const sum = (weigh: (session: ReportedSession) => number): string =>
    size(sessions.reduce((all, session) => all + weigh(session), 0));
  const text = fill(w.summaryText, {
    ...{ count: `**${sessions.length}**`, tokens: code(tokens) },
    bytes: `**${sum(({ contents }) => contents?.bytes ?? 0)}**`,
    critical: sum(({ contents }) => contents?.classes.critical ?? 0),
    free: disk === null ? '-' : size(disk.freeBytes),
    total: disk === null ? '-' : size(disk.totalBytes),
  });
  const rows = sessions.map(({ name, state, account, contents, snapshots }) => [
    ...[`**${name}**`, state, inline(account ?? '-')],
    contents === null ? w.treeGone : size(contents.bytes),
    contents === null ? '-' : size(contents.classes.critical),
    snapshots.latest === null ? w.none : minute(snapshots.latest.at),
  ]);
  return [text, '', ...table([w.session, w.state, w.account, w.size, w.login, w.lastSnapshot], rows), '', found];
}

/** Who may look in. */
export function permissions({ sessions, uid, findings }: ReportFacts, w: ReportWords): string[] {
  const rows = sessions.map(({ path, mode, uid: owner }) => [code(path), mode ?? '-', String(owner ?? '-')]);
  const about = ['modes_open', 'modes_inside', 'owner_foreign', 'runs_as_root', 'vault_key_open'];
  const notes = findings.filter(({ id }) => about.includes(id)).map(({ what }) => `- ${inline(what)}`);
  return [
    fill(w.permissionsText, { uid: uid ?? '-' }),
    ...(rows.length === 0 ? [] : ['', ...table([w.part, w.mode, w.owner], rows)]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}

export function commands({ sessions }: ReportFacts, w: ReportWords): string[] {
  const session = sessions[0]?.name ?? 'NAME';
  const rows = w.purposes.map(([command, purpose]) => [code(fill(command, { session })), purpose]);
  return table([w.command, w.purpose], rows);
}

/** One line for each session. */
export function conclusion({ sessions }: ReportFacts, w: ReportWords): string[] {
  if (sessions.length === 0) return [w.conclusionNothing];
  return sessions.map(({ name, state, contents, path, snapshots }) => {
    const { count, latest } = snapshots;
    const copies = latest === null ? w.none : `${count}, ${minute(latest.at)}`;
    const bytes = contents === null ? w.treeGone : size(contents.bytes);
    const said = { session: `**${name}**`, state, bytes, path: code(path) };
    return `- ${fill(w.conclusionText, { ...said, snapshots: `${w.copies.toLowerCase()}: ${copies}` })}`;
  });
}
