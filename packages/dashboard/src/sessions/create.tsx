import { isSessionName } from '@leadmaster/protocol';
import { useEffect, useState } from 'preact/hooks';
import { go, pathOf } from '../model/router.ts';
import { client } from '../service/client.ts';
import { me } from '../service/me.ts';
import { refresh } from '../service/sessions.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { Submit } from '../ui/submit.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

/** `/new`: a session by its name; then the page shows its QR. */
export function CreateSession() {
  const { app, create } = words.value;
  const [name, setName] = useState('');
  const [machine, setMachine] = useState('');
  const [isTried, setTried] = useState(false);
  const order = useOrder();
  const isGood = isSessionName(name);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setTried(true);
    if (!isGood) return;
    // `machine` is the hub's, beside what every session manager takes.
    const body = { name, ...(machine === '' ? {} : { machine }) };
    const isDone = await order.give(() => client.call('createSession', { body }));
    if (!isDone) return;
    await refresh(name);
    go(`${pathOf(name)}#linking`);
  };
  return (
    <>
      <Link to="/" class="back">
        <Icon name="back" />
        {app.back}
      </Link>
      <form class="panel form" onSubmit={(event) => void submit(event)} noValidate>
        <h1>{create.title}</h1>
        <label>
          <span>{create.name}</span>
          <input
            // biome-ignore lint/a11y/noAutofocus: the page is this one question
            autoFocus
            name="name"
            value={name}
            autoComplete="off"
            autoCapitalize="none"
            spellcheck={false}
            aria-describedby="name-rule"
            aria-invalid={isTried && !isGood}
            onInput={({ currentTarget }) => setName(currentTarget.value.trim())}
          />
        </label>
        <p id="name-rule" class={isTried && !isGood ? 'bad' : 'faint'}>
          {isTried && !isGood ? `${create.badName} ` : ''}
          {create.rule}
        </p>
        {me.value?.kind === 'operator' ? <Machines value={machine} onChange={setMachine} /> : null}
        <Submit order={order} label={create.submit} running={create.submitting} />
      </form>
    </>
  );
}

/** Which machine, where there is a choice. */
function Machines({ value, onChange }: { value: string; onChange: (name: string) => void }) {
  const { create } = words.value;
  const [names, setNames] = useState<string[]>([]);
  useEffect(() => {
    const ending = new AbortController();
    client.call('listMachines', {}, { signal: ending.signal }).then(
      ({ items }) => setNames(items.map((item) => item.name)),
      // Without the list there is no choice: the hub finds the room.
      () => setNames([]),
    );
    return () => ending.abort();
  }, []);
  if (names.length < 2) return null;
  return (
    <label>
      <span>{create.machine}</span>
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value)}>
        <option value="">{create.anyMachine}</option>
        {names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
