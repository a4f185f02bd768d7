import { fill } from '../../words/words.ts';
import type { ReportFacts } from '../facts.ts';
import { code, inline, table, time } from '../markdown.ts';
import { isUnreadable } from '../unreadable.ts';
import type { ReportWords } from '../words/types.ts';

const ABOUT_COPIES = /^(vault|snapshot|drill)_/;

/** What would be left if the disk died now. */
export function copies({ sessions, settings, findings }: ReportFacts, w: ReportWords): string[] {
  const text = fill(w.copiesText, { vault: code(settings.vault) });
  const rows = sessions.map(({ name, snapshots }) => {
    if (isUnreadable(snapshots)) return [`**${name}**`, w.unreadable, w.unreadable, w.unreadable];
    const { count, latest } = snapshots;
    const newest = latest === null ? w.none : `${code(latest.id)} ${time(latest.at)}`;
    return [`**${name}**`, String(count), newest, latest?.verifiedAt == null ? w.never : time(latest.verifiedAt)];
  });
  const notes = findings.filter(({ id }) => ABOUT_COPIES.test(id)).map(({ what }) => `- ${inline(what)}`);
  return [
    text,
    ...(rows.length === 0 ? [] : ['', ...table([w.session, w.count, w.newest, w.proven], rows)]),
    ...(notes.length === 0 ? [] : ['', ...notes]),
  ];
}
