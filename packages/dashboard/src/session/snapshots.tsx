import { operate } from '@leadmaster/client';
import type { HubSession, Snapshot } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { bytes, duration, exactTime, since } from '../model/format.ts';
import { reasonOf } from '../model/states.ts';
import { takeSnapshot } from '../model/steps.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { Ago } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Restore } from './restore.tsx';
import { Section, Shown } from './section.tsx';

/** The snapshots of a session: take, prove, bring back. */
export function Snapshots({ session }: { session: HubSession }) {
  const { session: texts, snapshots } = words.value;
  const { name, account } = session;
  const loaded = useLoaded((signal) => client.call('listSnapshots', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => type.startsWith('snapshot.'),
  });
  const order = useOrder();
  const take = async (): Promise<void> => {
    await order.give(() => takeSnapshot(name));
    loaded.reload();
  };
  const isLinked = account !== null;
  const button = (
    <Button isBusy={order.isRunning} isOff={!isLinked} onClick={() => void take()}>
      {snapshots.take}
    </Button>
  );
  return (
    <Section id="snapshots" title={texts.sections.snapshots} aside={may('storage') ? button : null}>
      {order.error === null ? null : <Problem error={order.error} />}
      <Shown loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="faint">
              {snapshots.none} {isLinked ? snapshots.noneYet : null}
            </p>
          ) : (
            <ul class="snapshots">
              {items.map((snapshot) => (
                <SnapshotRow key={snapshot.id} session={session} snapshot={snapshot} onChange={loaded.reload} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Section>
  );
}

interface RowProps {
  session: HubSession;
  snapshot: Snapshot;
  onChange: () => void;
}

function SnapshotRow({ session, snapshot, onChange }: RowProps) {
  const { snapshots } = words.value;
  const { at, kind, reason, bytes: size, storedBytes, pauseMs } = snapshot;
  const [isRestoring, setRestoring] = useState(false);
  const verify = useOrder();
  const [report, setReport] = useState<{ ok: boolean; checks: { name: string; ok: boolean; detail: string }[] } | null>(
    null,
  );
  const prove = async (): Promise<void> => {
    const asked = { params: { session: session.name, snapshot: snapshot.id }, body: {} };
    await verify.give(async () => setReport(await operate(client, 'verifySnapshot', asked)));
    onChange();
  };
  return (
    <li>
      <div class="snapshot">
        <span>
          <time dateTime={at} title={exactTime(at)}>
            {exactTime(at)}
          </time>{' '}
          <span class="faint">
            <Ago at={at} /> · {reasonOf(reason)}
          </span>
        </span>
        <span class="faint">
          {snapshots.kinds[kind]} · {bytes(size)} · {bytes(storedBytes)} {snapshots.stored} · {snapshots.pause}{' '}
          {pauseMs < 1000 ? `${Math.round(pauseMs)} ms` : duration(pauseMs)}
        </span>
        <Proof snapshot={snapshot} />
        {may('storage') ? (
          <div class="buttons">
            <Button isBusy={verify.isRunning} title={snapshots.verifyHint} onClick={() => void prove()}>
              {snapshots.verify}
            </Button>
            <Button onClick={() => setRestoring(true)}>{snapshots.restore}</Button>
            <Delete session={session.name} snapshot={snapshot} onDone={onChange} />
          </div>
        ) : null}
      </div>
      {verify.error === null ? null : <Problem error={verify.error} />}
      {report === null ? null : (
        <p role="status" class={report.ok ? 'fine' : 'bad'}>
          {report.ok ? snapshots.verified : snapshots.notGood}{' '}
          {report.checks
            .filter(({ ok }) => !ok)
            .map(({ name, detail }) => `${name}: ${detail}`)
            .join('; ')}
        </p>
      )}
      {isRestoring ? <Restore session={session} snapshot={snapshot} onClose={() => setRestoring(false)} /> : null}
    </li>
  );
}

function Proof({ snapshot: { verified, verifiedAt } }: { snapshot: Snapshot }) {
  const { snapshots } = words.value;
  if (verified === false) return <span class="bad">{snapshots.damaged}</span>;
  if (verifiedAt === null) return <span class="faint">{snapshots.notProven}</span>;
  return (
    <span class="fine" title={exactTime(verifiedAt)}>
      {snapshots.proven(since(verifiedAt))}
    </span>
  );
}

function Delete({ session, snapshot, onDone }: { session: string; snapshot: Snapshot; onDone: () => void }) {
  const { snapshots, app } = words.value;
  const [isAsking, setAsking] = useState(false);
  const order = useOrder();
  const remove = async (): Promise<void> => {
    const params = { session, snapshot: snapshot.id };
    if (!(await order.give(() => client.call('deleteSnapshot', { params })))) return;
    setAsking(false);
    onDone();
  };
  return (
    <>
      <Button onClick={() => setAsking(true)}>{snapshots.delete}</Button>
      {isAsking ? (
        <Dialog title={snapshots.deleteTitle(exactTime(snapshot.at))} onClose={() => setAsking(false)}>
          <p>{snapshots.deleteText}</p>
          {order.error === null ? null : <Problem error={order.error} />}
          <div class="buttons">
            <Button kind="danger" isBusy={order.isRunning} onClick={() => void remove()}>
              {snapshots.delete}
            </Button>
            <Button onClick={() => setAsking(false)}>{app.cancel}</Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}
