import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** So many rows are drawn beyond each edge of the window: the next ones are there for a key, and before a scroll shows them. */
const BEYOND = 8;
/** A list of so many is drawn whole, each row as high as what it tells. */
const WHOLE = 20;

/** Grows when the page has been scrolled or its window has changed, at most once in a frame. */
const moves = signal(0);
let isFrameAsked = false;

function askFrame(): void {
  if (isFrameAsked) return;
  isFrameAsked = true;
  requestAnimationFrame(() => {
    isFrameAsked = false;
    moves.value += 1;
  });
}
addEventListener('scroll', askFrame, { passive: true });
addEventListener('resize', askFrame);

interface Range {
  from: number;
  to: number;
}

interface WindowedProps<T> {
  items: readonly T[];
  nameOf: (item: T) => string;
  class: string;
  /** Draws one row. */
  children: (item: T) => ComponentChildren;
}

/**
 * A list of rows. In a long one they have one height, `--row` of its style, and those are in the document that the window shows; the list
 * is as high as all of them; each row says its place and how many there are. A row with the focus stays wherever the page is scrolled to.
 */
export function Windowed<T>({ items, nameOf, class: style, children }: WindowedProps<T>) {
  const list = useRef<HTMLUListElement>(null);
  const [range, setRange] = useState<Range>({ from: 0, to: 0 });
  const [focused, setFocused] = useState<string | null>(null);
  const isWhole = items.length <= WHOLE;
  void moves.value;
  // After each drawing, since what stands above may have moved the list.
  useLayoutEffect(() => {
    const next = isWhole ? { from: 0, to: items.length } : rangeOf(list.current, items.length);
    if (next.from !== range.from || next.to !== range.to) setRange(next);
  });
  return (
    <ul
      ref={list}
      class={isWhole ? `${style} whole` : style}
      style={{ '--count': items.length }}
      onFocusOut={() => setFocused(null)}
    >
      {placesOf(items, nameOf, range, focused).map((at) => {
        const item = items[at] as T;
        const name = nameOf(item);
        return (
          <li
            key={name}
            class="row-place"
            style={{ '--at': at }}
            aria-setsize={items.length}
            aria-posinset={at + 1}
            onFocusIn={() => setFocused(name)}
          >
            {children(item)}
          </li>
        );
      })}
    </ul>
  );
}

/** The rows that the window shows, and some around them. */
function rangeOf(list: HTMLElement | null, count: number): Range {
  if (list === null || count === 0) return { from: 0, to: 0 };
  const { top, height } = list.getBoundingClientRect();
  const row = height / count;
  const within = (at: number): number => Math.max(0, Math.min(count, at));
  return {
    from: within(Math.floor(-top / row) - BEYOND),
    to: within(Math.ceil((innerHeight - top) / row) + BEYOND),
  };
}

function placesOf<T>(
  items: readonly T[],
  nameOf: (item: T) => string,
  { from, to }: Range,
  focused: string | null,
): number[] {
  const end = Math.min(to, items.length);
  const places = Array.from({ length: Math.max(0, end - from) }, (_, at) => from + at);
  const kept = focused === null ? -1 : items.findIndex((item) => nameOf(item) === focused);
  if (kept < 0 || (kept >= from && kept < end)) return places;
  return kept < from ? [kept, ...places] : [...places, kept];
}
