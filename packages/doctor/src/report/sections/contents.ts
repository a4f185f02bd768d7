import { fill } from '../../words/words.ts';
import type { ReportedSession, ReportFacts } from '../facts.ts';
import { code, inline, size, table } from '../markdown.ts';
import { isUnreadable } from '../unreadable.ts';
import type { ReportWords } from '../words/types.ts';

/** What each profile holds, by folder and by what it is worth. */
export function contents({ sessions }: ReportFacts, w: ReportWords): string[] {
  if (sessions.length === 0) return [w.contentsText];
  return [w.contentsText, ...sessions.flatMap((session) => contentsOf(session, w))];
}

function contentsOf({ name, contents: held }: ReportedSession, w: ReportWords): string[] {
  if (held === null || isUnreadable(held)) {
    const text = held === null ? w.contentsGone : fill(w.contentsUnread, { why: inline(held.unreadable) });
    return ['', `### ${fill(w.contentsOf, { session: name, bytes: '-' })}`, '', text];
  }
  const { classes, parts, bytes } = held;
  const rows = parts.map(({ part, path, bytes: partBytes, class: kind }) => [
    ...[code(path), w.parts[part], w.classes[kind], size(partBytes)],
  ]);
  const kept = size(classes.critical + classes.important);
  const rest = size(classes.optional + classes.temporary);
  return [
    ...['', `### ${fill(w.contentsOf, { session: name, bytes: size(bytes) })}`, ''],
    ...table([w.part, w.description, w.importance, w.size], rows),
    ...['', fill(w.contentsSum, { kept, rest })],
  ];
}
