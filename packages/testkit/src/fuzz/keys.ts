import type { Route } from '@leadmaster/protocol';

/** A kind of key that requests carry, and what follows of it. */
export interface KeyKind {
  name: string;
  /** How often it is drawn, beside the others. */
  weight: number;
  /** The headers that bring it, one list for each form; none for no key. */
  forms: readonly (readonly (readonly [name: string, value: string])[])[];
  /** The statuses with which a route is refused to it; null: it opens the route. */
  refuses: (route: Route) => readonly number[] | null;
  /** It opens some routes, so that a request which an oddity has turned into one for another route may be answered. */
  isPartial?: boolean;
  /** Texts that no answer to it may hold, such as what belongs to another tenant. */
  hidden?: readonly string[];
}

const refusesAll: KeyKind['refuses'] = (route) => (route.open === true ? null : [401]);

/** The kinds of keys of a service that knows one: none, wrong ones, and the key itself. */
export function keysOf(good: string): KeyKind[] {
  const bearer = (key: string) => [['authorization', `Bearer ${key}`]] as const;
  return [
    { name: 'none', weight: 1, forms: [], refuses: refusesAll },
    {
      name: 'wrong',
      weight: 1,
      forms: [
        ...['wrong', `${good}x`, good.slice(0, -1)].map(bearer),
        ...[`Basic ${good}`, 'Bearer', good].map((value) => [['authorization', value]] as const),
        [['x-api-key', good.toUpperCase()]],
        [['x-api-key', 'k'.repeat(4000)]],
        [['cookie', `key=${good}`]],
      ],
      refuses: refusesAll,
    },
    { name: 'admin', weight: 5, forms: [bearer(good), [['x-api-key', good]]], refuses: () => null },
  ];
}
