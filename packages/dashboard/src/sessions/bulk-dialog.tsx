import type { Machine } from '@leadmaster/protocol';
import { useEffect, useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { words } from '../words/index.ts';
import { type Choices, type DeedName, planOf } from './bulk.ts';
import { runBulk } from './bulk-run.ts';
import { selected } from './selection.ts';

/** So many names are written out; of more the number is. */
const NAMES = 12;

/** Says what an order will do to how many, and which it passes over and why, before it is given. */
export function BulkDialog({ deed, onClose }: { deed: DeedName; onClose: () => void }) {
  const { bulk, app } = words.value;
  const [choices, setChoices] = useState<Choices>({ restart: false, machine: '' });
  const texts = bulk.deeds[deed];
  const { names, passed } = planOf(deed, selected.value, choices);
  const isOff = names.length === 0 || (deed === 'move' && choices.machine === '');
  const give = (): void => {
    void runBulk(deed, names, choices);
    onClose();
  };
  return (
    <Dialog title={bulk.asks(texts.order(names.length))} onClose={onClose}>
      <p>{texts.does}</p>
      {deed === 'trim' ? (
        <label class="option">
          <input
            type="checkbox"
            checked={choices.restart}
            onChange={({ currentTarget }) => setChoices({ ...choices, restart: currentTarget.checked })}
          />
          <span>{bulk.restart}</span>
        </label>
      ) : null}
      {deed === 'move' ? (
        <MachineChoice value={choices.machine} onChoice={(machine) => setChoices({ ...choices, machine })} />
      ) : null}
      <Names names={names} />
      {[...passed].map(([why, those]) => (
        <div key={why}>
          <p>
            <strong>{bulk.passed(those.length)}</strong> {bulk.why[why]}
          </p>
          <Names names={those} />
        </div>
      ))}
      <div class="buttons">
        <Button kind="primary" isOff={isOff} onClick={give}>
          {texts.order(names.length)}
        </Button>
        <Button onClick={onClose}>{app.cancel}</Button>
      </div>
    </Dialog>
  );
}

export function Names({ names }: { names: readonly string[] }) {
  if (names.length === 0) return null;
  const rest = names.length - NAMES;
  return (
    <p class="faint small names">
      {names.slice(0, NAMES).join(', ')}
      {rest > 0 ? ` ${words.value.bulk.andMore(rest)}` : ''}
    </p>
  );
}

function MachineChoice({ value, onChoice }: { value: string; onChoice: (machine: string) => void }) {
  const { bulk } = words.value;
  const [machines, setMachines] = useState<Machine[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    const closing = new AbortController();
    client.call('listMachines', {}, { signal: closing.signal }).then(
      ({ items }) => setMachines(items.filter(({ state }) => state === 'up')),
      (error: unknown) => closing.signal.aborted || setFailure(error),
    );
    return () => closing.abort();
  }, []);
  if (failure !== null) return <Problem error={failure} />;
  return (
    <label class="choice">
      <span>{bulk.toMachine}</span>
      <select value={value} onChange={({ currentTarget }) => onChoice(currentTarget.value)}>
        <option value="">{bulk.chooseMachine}</option>
        {machines.map(({ name }) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
