import { day, exactTime, since } from '../model/format.ts';
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

/** A time to come, as its day, with the exact one on hover. */
export function Until({ at }: { at: string | null }) {
  if (at === null) return <span class="faint">{words.value.app.never}</span>;
  return (
    <time dateTime={at} title={exactTime(at)}>
      {day(at)}
    </time>
  );
}
