import { type HubSession, LeadMasterError, type Snapshot } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { exactTime, since } from '../model/format.ts';
import { groupOf } from '../model/states.ts';
import { isUnlinked } from '../model/unlinked.ts';
import { work } from '../service/operations.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { UnderWay } from '../ui/under-way.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

interface RestoreProps {
  session: HubSession;
  snapshot: Snapshot;
  onClose: () => void;
}

/** Says what a restore loses, and asks again where the hub refuses it for the login in place. */
export function Restore({ session, snapshot, onClose }: RestoreProps) {
  const { snapshots, app } = words.value;
  const [isDone, setDone] = useState(false);
  const order = useOrder();
  const isRunning = session.desired === 'running' || groupOf(session) === 'ready';
  const restore = async (more: { overwriteNewer?: true; otherAccount?: true } = {}): Promise<void> => {
    const asked = {
      params: { session: session.name, snapshot: snapshot.id },
      query: { restart: isRunning },
      body: { start: isRunning, ...more },
    };
    if (await order.give(() => work('restoreSnapshot', asked))) setDone(true);
  };
  const code = order.error instanceof LeadMasterError ? order.error.code : null;
  return (
    <Dialog title={snapshots.restoreTitle(exactTime(snapshot.at))} onClose={onClose}>
      {isDone ? (
        <p role="status" class="fine">
          {snapshots.restored}
        </p>
      ) : (
        <>
          {isUnlinked(session) ? <p class="warn">{snapshots.unlinked}</p> : null}
          <p>{snapshots.lost(since(snapshot.frozenAt))}</p>
          <p>{cameInSince(session, snapshot)}</p>
          <p>{snapshots.kept}</p>
          {isRunning ? <p>{snapshots.stops}</p> : null}
          {code === 'newer_login' ? <p class="bad">{snapshots.newer}</p> : null}
          {code === 'other_account' ? <p class="bad">{snapshots.otherAccount}</p> : null}
          <UnderWay session={session.name} kinds={['restore']} />
          {order.error === null ? null : <Problem error={order.error} />}
        </>
      )}
      <div class="buttons">
        {isDone ? null : code === 'newer_login' ? (
          <Button kind="danger" isBusy={order.isRunning} onClick={() => void restore({ overwriteNewer: true })}>
            {snapshots.overwriteNewer}
          </Button>
        ) : code === 'other_account' ? (
          <Button kind="danger" isBusy={order.isRunning} onClick={() => void restore({ otherAccount: true })}>
            {snapshots.restoreOther}
          </Button>
        ) : (
          <Button kind="primary" isBusy={order.isRunning} onClick={() => void restore()}>
            {snapshots.restore}
          </Button>
        )}
        <Button onClick={onClose}>{isDone ? app.close : app.cancel}</Button>
      </div>
    </Dialog>
  );
}

function cameInSince({ health }: HubSession, { frozenAt }: Snapshot): string {
  const { snapshotMore } = words.value.parts;
  const { lastInboundAt } = health;
  const isNewer = lastInboundAt !== null && Date.parse(lastInboundAt) > Date.parse(frozenAt);
  return isNewer ? snapshotMore.cameIn(since(lastInboundAt)) : snapshotMore.nothingCame;
}
