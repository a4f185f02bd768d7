import { type HubSession, visible } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { refresh } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

/** What is noted beside a session, for people and programs. */
export function Metadata({ session }: { session: HubSession }) {
  const { metadata, parts } = words.value;
  const { name, metadata: notes } = session;
  const order = useOrder();
  const save = (next: Record<string, string>): Promise<boolean> =>
    order.give(async () => {
      await client.call('changeSession', { params: { session: name }, body: { metadata: next } });
      await refresh(name);
    });
  const entries = Object.entries(notes);
  return (
    <section id="metadata" aria-labelledby="metadata-title">
      <h3 id="metadata-title">{parts.settings.notes}</h3>
      {entries.length === 0 ? <p class="faint">{metadata.none}</p> : null}
      <dl class="facts">
        {entries.map(([key, value]) => (
          <div key={key}>
            <dt>{visible(key)}</dt>
            <dd>
              {visible(value)}
              {may('control') ? (
                <button
                  type="button"
                  class="icon-button"
                  aria-label={metadata.remove(visible(key))}
                  onClick={() => void save(Object.fromEntries(entries.filter(([other]) => other !== key)))}
                >
                  <Icon name="close" />
                </button>
              ) : null}
            </dd>
          </div>
        ))}
      </dl>
      {order.error === null ? null : <Problem error={order.error} />}
      {may('control') ? <AddNote onAdd={(key, value) => save({ ...notes, [key]: value })} /> : null}
    </section>
  );
}

function AddNote({ onAdd }: { onAdd: (key: string, value: string) => Promise<boolean> }) {
  const { metadata } = words.value;
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!(await onAdd(key.trim(), value.trim()))) return;
    setKey('');
    setValue('');
  };
  return (
    <details>
      <summary>{metadata.add}</summary>
      <form class="form inline" onSubmit={(event) => void submit(event)}>
        <label>
          <span>{metadata.key}</span>
          <input required maxLength={64} value={key} onInput={({ currentTarget }) => setKey(currentTarget.value)} />
        </label>
        <label>
          <span>{metadata.value}</span>
          <input
            required
            maxLength={1024}
            value={value}
            onInput={({ currentTarget }) => setValue(currentTarget.value)}
          />
        </label>
        <Button type="submit">{metadata.save}</Button>
      </form>
    </details>
  );
}
