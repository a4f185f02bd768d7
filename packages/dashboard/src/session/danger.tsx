import type { HubSession } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { bytes } from '../model/format.ts';
import { go } from '../model/router.ts';
import { client } from '../service/client.ts';
import { me } from '../service/me.ts';
import { refresh } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Section, Shown } from './section.tsx';

/** What ends a login: each says what is kept, and wants the name of the session typed. */
export function DangerZone({ session }: { session: HubSession }) {
  const { session: texts, danger } = words.value;
  const { name, account } = session;
  const params = { session: name };
  const logOut = (): Promise<unknown> => client.call('logoutSession', { params });
  const remove = async (): Promise<void> => {
    await client.call('deleteSession', { params });
    await refresh(name);
    go('/');
  };
  return (
    <Section id="danger" title={texts.sections.danger} kind="danger-zone">
      <Keeps session={session} />
      {account === null ? null : (
        <Deed
          name={name}
          title={danger.logoutTitle(name)}
          label={danger.logout}
          text={danger.logoutText}
          work={logOut}
        />
      )}
      <Deed name={name} title={danger.deleteTitle(name)} label={danger.delete} text={danger.deleteText} work={remove} />
    </Section>
  );
}

/** What the trash keeps, and for how long. Its limits are the operator's to see. */
function Keeps({ session: { name, machine } }: { session: HubSession }) {
  const { trash } = words.value.parts;
  if (me.value?.kind !== 'operator' || machine === null) return <p class="faint">{trash.unknown}</p>;
  return <KeepsOf name={name} machine={machine} />;
}

function KeepsOf({ name, machine }: { name: string; machine: string }) {
  const { trash } = words.value.parts;
  const asked = { query: { limit: 1 }, headers: { 'x-machine': machine } };
  const loaded = useLoaded((signal) => client.call('listTrash', asked, { signal }), {
    session: name,
    changes: () => false,
  });
  return (
    <Shown loaded={loaded}>{({ days, maxBytes }) => <p class="faint">{trash.keeps(days, bytes(maxBytes))}</p>}</Shown>
  );
}

interface DeedProps {
  name: string;
  title: string;
  label: string;
  text: string;
  work: () => Promise<unknown>;
}

function Deed({ name, title, label, text, work }: DeedProps) {
  const { danger, app } = words.value;
  const [isAsking, setAsking] = useState(false);
  const [typed, setTyped] = useState('');
  const order = useOrder();
  const close = (): void => {
    setAsking(false);
    setTyped('');
    order.forget();
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed === name && (await order.give(work))) close();
  };
  return (
    <div class="deed">
      <p>{text}</p>
      <Button kind="danger" onClick={() => setAsking(true)}>
        {label}
      </Button>
      {isAsking ? (
        <Dialog title={title} onClose={close}>
          <form class="form" onSubmit={(event) => void submit(event)}>
            <p>{text}</p>
            <label>
              <span>{danger.type(name)}</span>
              <input
                value={typed}
                autoComplete="off"
                spellcheck={false}
                onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              />
            </label>
            {order.error === null ? null : <Problem error={order.error} />}
            <div class="buttons">
              <Button type="submit" kind="danger" isOff={typed !== name} isBusy={order.isRunning}>
                {label}
              </Button>
              <Button onClick={close}>{app.cancel}</Button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </div>
  );
}
