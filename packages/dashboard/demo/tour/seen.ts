import type { HubSession } from '@leadmaster/protocol';
import { bytes } from '../../src/model/format.ts';
import { reasonOf } from '../../src/model/states.ts';
import { words } from '../../src/words/index.ts';
import type { SideWords } from '../words/en.ts';
import { sideWords } from '../words/index.ts';

type Saw = SideWords['tour']['saw'];
/** A text of what was seen. */
export type What = keyof Saw;
/** A value that a text is told with; one that is told in words of its own is put into words when it is shown. */
type Value = string | number | { state: HubSession['state'] } | { reason: string } | { bytes: number };
/** What a text is told with. */
export type Values<K extends What> = Saw[K] extends (...values: infer V) => string ? { [N in keyof V]: Value } : [];

/** How a session stands, to be told. */
export function howOf({ state, reason }: HubSession): [Value, Value] {
  return [{ state }, { reason }];
}

/** Something that a step has seen, and how long after it was begun. It is kept without a language: it may be read in another one. */
export interface Seen {
  what: What;
  values: readonly Value[];
  ms: number;
}

/** What was seen, in the language of the page. */
export function told({ what, values }: Seen): string {
  const text: string | ((...values: never[]) => string) = sideWords.value.tour.saw[what];
  return typeof text === 'string' ? text : text(...(values.map(inWords) as never[]));
}

function inWords(value: Value): string | number {
  if (typeof value !== 'object') return value;
  if ('state' in value) return words.value.states[value.state];
  return 'reason' in value ? reasonOf(value.reason) : bytes(value.bytes);
}
