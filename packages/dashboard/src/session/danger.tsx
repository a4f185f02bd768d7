import type { HubSession } from '@leadmaster/protocol';
import { bytes } from '../model/format.ts';
import { go } from '../model/router.ts';
import { client } from '../service/client.ts';
import { me } from '../service/me.ts';
import { refresh } from '../service/sessions.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Shown } from '../ui/shown.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

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
  return (
    <div class="deed">
      <p>{text}</p>
      <Confirm title={title} label={label} typed={name} work={work}>
        <p>{text}</p>
      </Confirm>
    </div>
  );
}
