import type { HubSession } from '@leadmaster/protocol';
import { computed, signal } from '@preact/signals';
import { shown } from './filters.ts';

/** Names that were ticked, also while a filter hides them. */
export const ticked = signal<ReadonlySet<string>>(new Set());

/** What an order for several is about: what is ticked and shown. What a filter hides is not touched. */
export const selected = computed<readonly HubSession[]>(() =>
  ticked.value.size === 0 ? [] : shown.value.filter(({ name }) => ticked.value.has(name)),
);

export function tick(names: Iterable<string>, isTicked: boolean): void {
  const next = new Set(ticked.value);
  for (const name of names) {
    if (isTicked) next.add(name);
    else next.delete(name);
  }
  ticked.value = next;
}
