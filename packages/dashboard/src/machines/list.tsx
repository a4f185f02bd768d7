import { client } from '../service/client.ts';
import { machineTurns } from '../service/live.ts';
import { Doubles } from '../ui/doubles.tsx';
import { EmptyPlace, PlaceView } from '../ui/place.tsx';
import { useHubLoaded, useReload } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { MachineRow } from './row.tsx';

/** `/machines`: the session managers behind the hub. */
export function Machines() {
  const { machines, places } = words.value;
  const loaded = useHubLoaded((signal) => client.call('listMachines', {}, { signal }));
  useReload(machineTurns, loaded.reload);
  const add = { to: '/machines/new', label: machines.add };
  return (
    <PlaceView title={places.names.machines} add={add} loaded={loaded}>
      {({ items, doubles }) =>
        items.length === 0 ? (
          <EmptyPlace title={machines.none} text={machines.noneText} add={add} />
        ) : (
          <>
            <Doubles doubles={doubles} />
            <ul class="place-list">
              {items.map((machine) => (
                <MachineRow key={machine.name} machine={machine} others={items} onChange={loaded.reload} />
              ))}
            </ul>
          </>
        )
      }
    </PlaceView>
  );
}
