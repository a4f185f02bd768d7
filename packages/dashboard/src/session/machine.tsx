import type { Routes } from '@leadmaster/client';
import type { AnswerOf, HubSession } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { mayVisit } from '../model/places.ts';
import { client } from '../service/client.ts';
import { isAtWork, work } from '../service/operations.ts';
import { refresh } from '../service/sessions.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Link } from '../ui/link.tsx';
import { Shown } from '../ui/shown.tsx';
import { UnderWay } from '../ui/under-way.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

type Machine = AnswerOf<Routes['listMachines']>['items'][number];

const KINDS = ['move', 'transfer'] as const;

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
      {here === null ? null : <p role="status">{texts.here(here)}</p>}
      <UnderWay session={name} kinds={KINDS} />
      <Shown loaded={loaded}>
        {({ items }) => {
          const others = items.filter((machine) => machine.name !== here);
          if (others.length > 0) return <Move name={name} others={others} />;
          return (
            <>
              <p class="faint">{texts.only}</p>
              {mayVisit('machines') ? (
                <Link to="/machines/new" class="button">
                  {texts.add}
                </Link>
              ) : null}
            </>
          );
        }}
      </Shown>
    </Section>
  );
}

function Move({ name, others }: { name: string; others: readonly Machine[] }) {
  const { machine: texts } = words.value.parts;
  const [wanted, setChosen] = useState('');
  // What was chosen is no choice once the session is there.
  const chosen = (others.find((machine) => machine.name === wanted) ?? others[0])?.name ?? '';
  const move = async (): Promise<void> => {
    await work('moveSession', { params: { session: name }, body: { machine: chosen } });
    await refresh(name);
  };
  const opener = (open: () => void) => (
    <Button isBusy={isAtWork(name, ...KINDS)} onClick={open}>
      {texts.move}
    </Button>
  );
  return (
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
      <Confirm title={texts.ask(name, chosen)} label={texts.move} kind="primary" work={move} opener={opener}>
        <p>{texts.goes}</p>
        <p>{texts.keeps}</p>
        <UnderWay session={name} kinds={KINDS} />
      </Confirm>
    </div>
  );
}

function optionOf({ name, sessions, state }: Machine): string {
  const { machine: texts } = words.value.parts;
  const told = texts.state[state];
  return `${texts.option(name, sessions)}${told === '' ? '' : `: ${told}`}`;
}
