import type { ComponentChildren } from 'preact';
import { pathWith } from '../model/router.ts';
import type { Tally } from '../model/tally.ts';
import { words } from '../words/index.ts';
import { Link } from './link.tsx';

type Fact = readonly [label: string, value: ComponentChildren];

/** How many sessions a machine or a tenant has, with the way to them. `text`: what is shown in the place of the number. */
export function sessionFacts(
  { all, trouble }: Tally,
  filter: Readonly<Record<string, string>>,
  text = String(all),
): readonly Fact[] {
  const { places } = words.value;
  return [
    [places.sessions, all === 0 ? text : <Link to={pathWith('/', filter)}>{text}</Link>],
    [
      places.needYou,
      trouble === 0 ? (
        '–'
      ) : (
        <Link class="bad" to={pathWith('/', { ...filter, state: 'trouble' })}>
          {trouble}
        </Link>
      ),
    ],
  ];
}
