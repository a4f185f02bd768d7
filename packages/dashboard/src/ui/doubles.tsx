import type { Double } from '@leadmaster/protocol';
import { phone } from '../model/format.ts';
import { pathOf } from '../model/router.ts';
import { words } from '../words/index.ts';
import { Icon } from './icon.tsx';
import { Link } from './link.tsx';

/** Accounts that are linked in several sessions: for the operator, who alone sees both. */
export function Doubles({ doubles }: { doubles: readonly Double[] }) {
  const { doubles: texts } = words.value.places;
  if (doubles.length === 0) return null;
  return (
    <section class="notice" aria-labelledby="doubles">
      <Icon name="alert" />
      <div>
        <h2 id="doubles">{texts.title}</h2>
        <ul>
          {doubles.map(({ account, sessions }) => (
            <li key={account}>
              {texts.linked(phone(account))}{' '}
              {sessions.map(({ name, machine }, at) => (
                <span key={name}>
                  {at === 0 ? '' : ', '}
                  <Link to={pathOf(name)}>{name}</Link> <span class="faint">({machine})</span>
                </span>
              ))}
            </li>
          ))}
        </ul>
        <p>{texts.advice}</p>
      </div>
    </section>
  );
}
