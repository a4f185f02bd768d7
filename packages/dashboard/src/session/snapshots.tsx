import type { HubSession, SnapshotList } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { reasonOf } from '../model/states.ts';
import { takeSnapshot } from '../model/steps.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { isAtWork } from '../service/operations.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { Shown } from '../ui/shown.tsx';
import { UnderWay } from '../ui/under-way.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';
import { SnapshotRow } from './snapshot-row.tsx';

const FIRST = 5;
const KINDS = ['snapshot', 'verify', 'restore', 'prune', 'accept'] as const;

/** The snapshots of a session: take, prove, bring back. */
export function Snapshots({ session }: { session: HubSession }) {
  const { session: texts, snapshots, timeline } = words.value;
  const { name, account } = session;
  const loaded = useLoaded((signal) => client.call('listSnapshots', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => type.startsWith('snapshot.'),
  });
  const [isWhole, setWhole] = useState(false);
  const order = useOrder();
  const take = async (): Promise<void> => {
    await order.give(() => takeSnapshot(name));
    loaded.reload();
  };
  const isLinked = account !== null;
  const isTaking = order.isRunning || isAtWork(name, 'snapshot');
  const button = (
    <Button isBusy={isTaking} isOff={!isLinked} onClick={() => void take()}>
      {snapshots.take}
    </Button>
  );
  return (
    <Section id="snapshots" title={texts.sections.snapshots} aside={may('storage') ? button : null}>
      <UnderWay session={name} kinds={KINDS} />
      {order.error === null ? null : <Problem error={order.error} />}
      <Shown loaded={loaded}>
        {({ items, problems }) => (
          <>
            <Problems problems={problems} />
            {items.length + problems.length === 0 ? (
              <p class="faint">
                {snapshots.none} {isLinked ? snapshots.noneYet : null}
              </p>
            ) : null}
            <ul class="snapshots">
              {items.slice(0, isWhole ? items.length : FIRST).map((snapshot) => (
                <SnapshotRow key={snapshot.id} session={session} snapshot={snapshot} onChange={loaded.reload} />
              ))}
            </ul>
            {items.length > FIRST && !isWhole ? (
              <Button onClick={() => setWhole(true)}>{timeline.showAll}</Button>
            ) : null}
          </>
        )}
      </Shown>
    </Section>
  );
}

/** What is wrong with the records of the vault: a snapshot that cannot be read is not one that is not there. */
function Problems({ problems }: Pick<SnapshotList, 'problems'>) {
  const { snapshotMore } = words.value.parts;
  if (problems.length === 0) return null;
  return (
    <div class="warn" role="alert">
      <p>{snapshotMore.problems}</p>
      <ul>
        {problems.map(({ kind, object, detail }) => (
          <li key={`${kind} ${object}`}>
            {reasonOf(kind)}
            {detail === '' ? '' : `: ${detail}`}
          </li>
        ))}
      </ul>
    </div>
  );
}
