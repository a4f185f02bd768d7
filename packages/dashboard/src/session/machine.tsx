import type { Routes } from '@leadmaster/client';
import type { AnswerOf, HubSession } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { isAtWork, work } from '../service/operations.ts';
import { refresh } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { UnderWay } from '../ui/under-way.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Section, Shown } from './section.tsx';

type Machine = AnswerOf<Routes['listMachines']>['items'][number];

const KINDS = ['move', 'transfer'] as const;
const ADD = './leadmaster machines add NAME https://ADDRESS --token-file FILE';

/** Where a session lives, and its way to another machine; for the operator. */
export function MachinePart({ session }: { session: HubSession }) {
  const { machine: texts } = words.value.parts;
  const { name, machine: here } = session;
  const loaded = useLoaded((signal) => client.call('listMachines', {}, { signal }), {
    session: name,
    changes: ({ type }) => type === 'session.moved',
  });
  return (
    <Section id="machine" title={texts.title}>
      {here === null ? null : <p>{texts.here(here)}</p>}
      <UnderWay session={name} kinds={KINDS} />
      <Shown loaded={loaded}>
        {({ items }) => {
          const others = items.filter((machine) => machine.name !== here);
          if (others.length > 0) return <Move name={name} others={others} />;
          return (
            <>
              <p class="faint">{texts.only}</p>
              <Copyable text={ADD} />
            </>
          );
        }}
      </Shown>
    </Section>
  );
}

function Move({ name, others }: { name: string; others: readonly Machine[] }) {
  const { parts, app } = words.value;
  const { machine: texts } = parts;
  const [wanted, setChosen] = useState('');
  // What was chosen is no choice once the session is there.
  const chosen = (others.find((machine) => machine.name === wanted) ?? others[0])?.name ?? '';
  const [isAsking, setAsking] = useState(false);
  const [movedTo, setMovedTo] = useState<string | null>(null);
  const order = useOrder();
  const move = async (): Promise<void> => {
    const asked = { params: { session: name }, body: { machine: chosen } };
    if (!(await order.give(() => work('moveSession', asked)))) return;
    setAsking(false);
    setMovedTo(chosen);
    await refresh(name);
  };
  return (
    <>
      <div class="form inline pair">
        <label>
          <span>{texts.to}</span>
          <select value={chosen} onChange={({ currentTarget }) => setChosen(currentTarget.value)}>
            {others.map((machine) => (
              <option key={machine.name} value={machine.name}>
                {optionOf(machine)}
              </option>
            ))}
          </select>
        </label>
        <Button isBusy={order.isRunning || isAtWork(name, ...KINDS)} onClick={() => setAsking(true)}>
          {texts.move}
        </Button>
      </div>
      <p role="status" class="fine">
        {movedTo === null ? '' : texts.moved(movedTo)}
      </p>
      {isAsking ? (
        <Dialog title={texts.ask(name, chosen)} onClose={() => setAsking(false)}>
          <p>{texts.goes}</p>
          <p>{texts.keeps}</p>
          <UnderWay session={name} kinds={KINDS} />
          {order.error === null ? null : <Problem error={order.error} />}
          <div class="buttons">
            <Button kind="primary" isBusy={order.isRunning} onClick={() => void move()}>
              {texts.move}
            </Button>
            <Button onClick={() => setAsking(false)}>{app.cancel}</Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function optionOf({ name, sessions, state }: Machine): string {
  const { machine: texts } = words.value.parts;
  const told = texts.state[state];
  return `${texts.option(name, sessions)}${told === '' ? '' : `: ${told}`}`;
}
