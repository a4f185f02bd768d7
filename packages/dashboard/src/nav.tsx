import { mayVisit, PLACES } from './model/places.ts';
import { view } from './model/router.ts';
import { Link } from './ui/link.tsx';
import { words } from './words/index.ts';

/** The views that the caller may see; no navigation where that is the list of sessions alone. */
export function Nav() {
  const { places } = words.value;
  const shown = view.value;
  const open = PLACES.filter(mayVisit);
  if (open.length === 0) return null;
  return (
    <nav class="views" aria-label={places.label}>
      <Link to="/" isCurrent={shown.name === 'sessions'}>
        {places.names.sessions}
      </Link>
      {open.map((place) => (
        <Link key={place} to={`/${place}`} isCurrent={shown.name === 'place' && shown.place === place}>
          {places.names[place]}
        </Link>
      ))}
    </nav>
  );
}
