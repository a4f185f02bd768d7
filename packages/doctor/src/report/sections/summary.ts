import { countFound, sayCount } from '../../words/counts.ts';
import { fill } from '../../words/words.ts';
import type { ProfileContents } from '../contents.ts';
import type { ReportedSession, ReportFacts } from '../facts.ts';
import { code, inline, size, table, time } from '../markdown.ts';
import { isUnreadable } from '../unreadable.ts';
import type { ReportWords } from '../words/types.ts';
import { sizeOf } from './size-of.ts';

/** How many, how large, how they stand. */
export function summary(facts: ReportFacts, w: ReportWords): string[] {
  const { sessions, tokens, disk, findings } = facts;
  const { problem, warning, note } = countFound(w.found, findings);
  const found = fill(w.summaryFindings, { problems: problem, warnings: warning, notes: note });
  if (sessions.length === 0) return [fill(w.summaryNothing, { tokens: code(tokens) }), '', found];
  const measured = sessions.flatMap(({ contents: c }) => (c === null || isUnreadable(c) ? [] : c));
  const sum = (bytesOf: (contents: ProfileContents) => number): string =>
    size(measured.reduce((all, contents) => all + bytesOf(contents), 0));
  const text = fill(w.summaryText, {
    ...{ count: sayCount(w.summaryCount, sessions.length), tokens: code(tokens) },
    bytes: `**${sum(({ bytes }) => bytes)}**`,
    critical: sum(({ classes }) => classes.critical),
  });
  const rows = sessions.map(({ name, state, account, contents, snapshots }) => [
    ...[`**${name}**`, state, inline(account ?? '-')],
    sizeOf(contents, w),
    contents === null || isUnreadable(contents) ? '-' : size(contents.classes.critical),
    newestOf(snapshots, w),
  ]);
  const unread = sessions.flatMap(({ name, contents }) => (isUnreadable(contents) ? name : []));
  const without = unread.length === 0 ? [] : ['', fill(w.summaryUnread, { names: unread.join(', ') })];
  return [
    `${text} ${diskText(disk, w)}`,
    ...without,
    '',
    ...table([w.session, w.state, w.account, w.size, w.login, w.lastSnapshot], rows),
    '',
    found,
  ];
}

function newestOf(snapshots: ReportedSession['snapshots'], w: ReportWords): string {
  if (isUnreadable(snapshots)) return w.unreadable;
  return snapshots.latest === null ? w.none : time(snapshots.latest.at);
}

function diskText(disk: ReportFacts['disk'], w: ReportWords): string {
  if (isUnreadable(disk)) return fill(w.summaryDiskUnread, { why: inline(disk.unreadable) });
  return fill(w.summaryDisk, { free: size(disk.freeBytes), total: size(disk.totalBytes) });
}

/** Who may look in. */
export function permissions({ sessions, uid, findings }: ReportFacts, w: ReportWords): string[] {
  const rows = sessions.map(({ path, access }) => {
    if (isUnreadable(access)) return [code(path), w.unreadable, w.unreadable];
    return [code(path), access?.mode ?? '-', String(access?.uid ?? '-')];
  });
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
    const count = isUnreadable(snapshots) || snapshots.latest === null ? '' : `${snapshots.count}, `;
    const copies = `${count}${newestOf(snapshots, w)}`;
    const said = { session: `**${name}**`, state, bytes: sizeOf(contents, w), path: code(path) };
    return `- ${fill(w.conclusionText, { ...said, snapshots: `${w.copies.toLowerCase()}: ${copies}` })}`;
  });
}
