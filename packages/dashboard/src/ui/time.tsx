import { day, exactTime, since, until } from '../model/format.ts';
import { words } from '../words/index.ts';

/** How long ago, with the exact time in the reader's zone on hover. `told`: the words around it. */
export function Ago({
  at,
  bare = false,
  told = words.value.time.ago,
}: {
  at: string | null;
  bare?: boolean;
  told?: (time: string) => string;
}) {
  if (at === null) return <span class="faint">{bare ? '–' : words.value.app.never}</span>;
  const text = since(at);
  return (
    <time dateTime={at} title={exactTime(at)}>
      {bare ? text : told(text)}
    </time>
  );
}

/** How long until then, the same way. */
export function Until({ at, told = words.value.time.in }: { at: string; told?: (time: string) => string }) {
  return (
    <time dateTime={at} title={exactTime(at)}>
      {told(until(at))}
    </time>
  );
}

/** A time to come, as its day, with the exact one on hover. */
export function Day({ at }: { at: string | null }) {
  if (at === null) return <span class="faint">{words.value.app.never}</span>;
  return (
    <time dateTime={at} title={exactTime(at)}>
      {day(at)}
    </time>
  );
}
