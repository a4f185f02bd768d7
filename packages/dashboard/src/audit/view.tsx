import type { AuditLine } from '@leadmaster/protocol';
import { pathWith, query } from '../model/router.ts';
import { client } from '../service/client.ts';
import { every } from '../service/every.ts';
import { Link } from '../ui/link.tsx';
import { PlaceView } from '../ui/place.tsx';
import { useHubLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { AuditFilters, filtersIn } from './filters.tsx';
import { AuditLines } from './lines.tsx';
import { Proof } from './proof.tsx';

const PAGE = 50;
const PATH = '/audit';

/** What one page shows. */
interface Page {
  items: AuditLine[];
  /** The lines before this one are on the next page; 0 where there are none. */
  cursor: number;
  /** What keys are called, by their ids. */
  keyNames: ReadonlyMap<string, string>;
}

/** `/audit`: who did what, the newest first. */
export function Audit() {
  const { audit, places } = words.value;
  const filters = filtersIn(query.value);
  const before = query.value.get('before') ?? '';
  const isNarrowed = before !== '' || Object.values(filters).some((value) => value !== '');
  const loaded = useHubLoaded((signal) => load(filters, before, signal), JSON.stringify([filters, before]));
  return (
    <PlaceView title={places.names.audit} loaded={loaded} above={<AuditFilters value={filters} />} aside={<Proof />}>
      {({ items, cursor, keyNames }) => (
        <>
          {items.length === 0 ? (
            <p class="panel calm">
              {isNarrowed ? audit.noMatch : audit.none}
              {isNarrowed ? (
                <Link to={PATH} class="button">
                  {audit.clear}
                </Link>
              ) : null}
            </p>
          ) : (
            <AuditLines items={items} keyNames={keyNames} filters={filters} />
          )}
          <nav class="buttons" aria-label={places.pages}>
            {before === '' ? null : (
              <Link to={pathWith(PATH, filters)} class="button">
                {audit.newest}
              </Link>
            )}
            {cursor <= 1 ? null : (
              <Link to={pathWith(PATH, { ...filters, before: String(cursor) })} class="button">
                {audit.older}
              </Link>
            )}
          </nav>
        </>
      )}
    </PlaceView>
  );
}

async function load(filters: Record<string, string>, before: string, signal: AbortSignal): Promise<Page> {
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
  const asked = {
    ...given,
    ...(before === '' ? {} : { before: Number(before) }),
    order: 'newest',
    limit: PAGE,
  } as const;
  const [page, keys] = await Promise.all([
    client.call('listAudit', { query: asked }, { signal }),
    every((of) => client.call('listKeys', { query: of }, { signal })),
  ]);
  return { ...page, keyNames: new Map(keys.map(({ id, name }) => [id, name])) };
}
