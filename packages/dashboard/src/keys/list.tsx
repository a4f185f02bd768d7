import type { HubKey } from '@leadmaster/protocol';
import { pathWith, query, setQuery } from '../model/router.ts';
import { client } from '../service/client.ts';
import { every } from '../service/every.ts';
import { EmptyPlace, PlaceView } from '../ui/place.tsx';
import { useHubLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { KeyRow } from './row.tsx';

/** In the place of a tenant's name: the operator's own. */
const OWN = '-';

/** `/keys`: what opens the hub, never with its secret. */
export function Keys() {
  const { keys, places } = words.value;
  const loaded = useHubLoaded(load);
  const tenant = query.value.get('tenant') ?? '';
  const add = { to: pathWith('/keys/new', { tenant: tenant === OWN ? '' : tenant }), label: keys.make };
  return (
    <PlaceView title={places.names.keys} add={add} loaded={loaded}>
      {(items) => {
        const shown = items.filter((key) => tenant === '' || (key.tenant ?? OWN) === tenant);
        const text = tenant === '' ? keys.noneText : keys.noneOfTenant(tenant === OWN ? places.operator : tenant);
        return (
          <>
            <Owners items={items} value={tenant} />
            {shown.length === 0 ? (
              <EmptyPlace title={keys.none} text={text} add={add} />
            ) : (
              <ul class="place-list">
                {shown.map((key) => (
                  <KeyRow key={key.id} hubKey={key} onChange={loaded.reload} />
                ))}
              </ul>
            )}
          </>
        );
      }}
    </PlaceView>
  );
}

/** The newest first. */
async function load(signal: AbortSignal): Promise<HubKey[]> {
  const items = await every((page) => client.call('listKeys', { query: page }, { signal }));
  return items.sort((one, other) => other.createdAt.localeCompare(one.createdAt));
}

/** Whose are shown, where there is a choice. */
function Owners({ items, value }: { items: readonly HubKey[]; value: string }) {
  const { keys, places } = words.value;
  const owners = [...new Set([...items.map((key) => key.tenant ?? OWN), ...(value === '' ? [] : [value])])].sort();
  if (owners.length < 2 && value === '') return null;
  return (
    <search class="filters">
      <label class="choice">
        <span>{keys.tenant}</span>
        <select value={value} onChange={({ currentTarget }) => setQuery({ tenant: currentTarget.value })}>
          <option value="">{keys.all}</option>
          {owners.map((owner) => (
            <option key={owner} value={owner}>
              {owner === OWN ? places.operator : owner}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}
