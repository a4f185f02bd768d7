import type { Double, Tenant } from '@leadmaster/protocol';
import { pathWith, query, setQuery } from '../model/router.ts';
import { missingTenants } from '../model/tally.ts';
import { client } from '../service/client.ts';
import { every } from '../service/every.ts';
import { Doubles } from '../ui/doubles.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { EmptyPlace, PlaceView } from '../ui/place.tsx';
import { useHubLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { TenantRow } from './row.tsx';

const ADD = '/tenants/new';
/** More are searched. */
const FEW = 8;

/** `/tenants`: the clients of the installation. */
export function Tenants() {
  const { tenants, places } = words.value;
  const loaded = useHubLoaded(load);
  const add = { to: ADD, label: tenants.add };
  return (
    <PlaceView title={places.names.tenants} add={add} loaded={loaded}>
      {({ items, doubles }) => (
        <>
          <Missing />
          <Doubles doubles={doubles} />
          {items.length === 0 ? (
            <EmptyPlace title={tenants.none} text={tenants.noneText} add={add} />
          ) : (
            <Filled items={items} onChange={loaded.reload} />
          )}
        </>
      )}
    </PlaceView>
  );
}

async function load(signal: AbortSignal): Promise<{ items: Tenant[]; doubles: Double[] }> {
  const [items, { doubles }] = await Promise.all([
    every((page) => client.call('listTenants', { query: page }, { signal })),
    client.call('listMachines', {}, { signal }),
  ]);
  return { items, doubles };
}

function Filled({ items, onChange }: { items: readonly Tenant[]; onChange: () => void }) {
  const { places } = words.value;
  const q = query.value.get('q') ?? '';
  const untold = new Set(items.flatMap((item) => item.untold));
  const shown = items.filter(({ name, title }) => `${name}\n${title}`.toLowerCase().includes(q.toLowerCase()));
  return (
    <>
      {items.length <= FEW && q === '' ? null : (
        <search class="filters">
          <label class="search">
            <Icon name="search" />
            <span class="hidden">{places.search}</span>
            <input
              type="search"
              value={q}
              placeholder={places.search}
              onInput={({ currentTarget }) => setQuery({ q: currentTarget.value })}
            />
          </label>
        </search>
      )}
      {untold.size === 0 ? null : <p class="hint">{places.sending.untold([...untold].join(', '))}</p>}
      {shown.length === 0 ? (
        <p class="panel calm">{places.noMatch}</p>
      ) : (
        <ul class="place-list">
          {shown.map((tenant) => (
            <TenantRow key={tenant.name} tenant={tenant} onChange={onChange} />
          ))}
        </ul>
      )}
    </>
  );
}

/** Sessions that wait for a tenant: one that is brought back from a vault, say. */
function Missing() {
  const { tenants } = words.value;
  return (
    <>
      {[...missingTenants.value].map(([name, { all }]) => (
        <section key={name} class="notice">
          <Icon name="alert" />
          <div>
            <p>{tenants.waiting(name, all)}</p>
            <Link to={pathWith(ADD, { name })} class="button">
              {tenants.addIt(name)}
            </Link>
          </div>
        </section>
      ))}
    </>
  );
}
