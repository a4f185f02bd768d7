import type { ReportedSession } from '../facts.ts';
import { size } from '../markdown.ts';
import { isUnreadable } from '../unreadable.ts';
import type { ReportWords } from '../words/types.ts';

/** The size of a profile; or that it is not there, or cannot be read. */
export function sizeOf(contents: ReportedSession['contents'], w: ReportWords): string {
  if (contents === null) return w.treeGone;
  return isUnreadable(contents) ? w.unreadable : size(contents.bytes);
}
