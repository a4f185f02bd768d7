import { exactTime, since } from '../model/format.ts';
import { words } from '../words/index.ts';

/** How long ago, with the exact time in the reader's zone on hover. */
export function Ago({ at, bare = false }: { at: string | null; bare?: boolean }) {
  const { app, time } = words.value;
  if (at === null) return <span class="faint">{bare ? '–' : app.never}</span>;
  const text = since(at);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {bare ? text : time.ago(text)}
    </time>
  );
}
