import { useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { refreshAll } from '../service/sessions.ts';
import { Confirm } from '../ui/confirm.tsx';
import { words } from '../words/index.ts';

interface RemoveMachineProps {
  name: string;
  /** How many sessions are on it. */
  count: number;
  onChange: () => void;
}

/** Takes a machine from behind the hub; where it has sessions, only if that is wanted, too. */
export function RemoveMachine({ name, count, onChange }: RemoveMachineProps) {
  const { machines } = words.value;
  const [force, setForce] = useState(false);
  const remove = async (): Promise<void> => {
    await client.call('removeMachine', { params: { machine: name }, query: { force } });
    onChange();
    // What the hub has forgotten with it is told by no event.
    await refreshAll();
  };
  return (
    <Confirm title={machines.removeTitle(name)} label={machines.remove} typed={name} work={remove}>
      <p>{machines.removeText}</p>
      {count === 0 ? null : (
        <label class="tick">
          <input type="checkbox" checked={force} onChange={({ currentTarget }) => setForce(currentTarget.checked)} />
          <span>{machines.force(count)}</span>
        </label>
      )}
    </Confirm>
  );
}
