import { operate } from '@leadmaster/client';
import { type DrainedMachine, type Progress, wordOf } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { pathOf } from '../model/router.ts';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Link } from '../ui/link.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

interface EmptyMachineProps {
  name: string;
  /** How many sessions are on it. */
  count: number;
  /** Whether another machine could take one. */
  hasTaker: boolean;
  onChange: () => void;
}

/** Moves all sessions of a machine to the others. Given again, the order follows what is under way, so that a reload loses nothing. */
export function EmptyMachine({ name, count, hasTaker, onChange }: EmptyMachineProps) {
  const { machines, app } = words.value;
  const [isOpen, setOpen] = useState(false);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [emptied, setEmptied] = useState<DrainedMachine['emptied']>(null);
  const order = useOrder();
  const work = async (): Promise<void> => {
    setEmptied(null);
    const asked = { params: { machine: name }, body: { move: true } };
    const drained = await operate(client, 'drainMachine', asked, { onProgress: setProgress });
    setEmptied(drained.emptied);
    onChange();
  };
  if (count === 0 && !order.isRunning && !isOpen) return null;
  const close = (): void => {
    setOpen(false);
    if (!order.isRunning) order.forget();
  };
  return (
    <>
      <Button isBusy={order.isRunning} onClick={() => setOpen(true)}>
        {machines.empty}
      </Button>
      {isOpen ? (
        <Dialog title={machines.emptyTitle(name)} onClose={close}>
          {emptied === null ? <p>{machines.emptyText(count)}</p> : <Emptied emptied={emptied} />}
          {hasTaker || emptied !== null ? null : <p class="warn">{machines.noOther}</p>}
          {order.isRunning ? <Under progress={progress} /> : null}
          {order.error === null ? null : <Problem error={order.error} />}
          <div class="buttons">
            {emptied === null ? (
              <Button kind="primary" isBusy={order.isRunning} isOff={!hasTaker} onClick={() => void order.give(work)}>
                {machines.empty}
              </Button>
            ) : null}
            <Button onClick={close}>{order.isRunning || emptied !== null ? app.close : app.cancel}</Button>
          </div>
        </Dialog>
      ) : null}
    </>
  );
}

function Under({ progress }: { progress: Progress | null }) {
  const { machines } = words.value;
  const { done = 0, total = null } = progress ?? {};
  const text = total === null ? machines.beginning : machines.progress(done, total);
  return (
    <div role="status">
      <p>{text}</p>
      <progress value={total === null ? undefined : done} max={total ?? undefined} aria-label={text} />
      <p class="faint small">{machines.emptyGoesOn}</p>
    </div>
  );
}

/** What moved, and why the rest could not. */
function Emptied({ emptied: { moved, left } }: { emptied: NonNullable<DrainedMachine['emptied']> }) {
  const { machines, told } = words.value;
  return (
    <div role="status">
      <p>{machines.moved(moved.length)}</p>
      {left.length === 0 ? null : (
        <>
          <p>{machines.left}</p>
          <ul class="left">
            {left.map(({ session, code, detail }) => (
              <li key={session}>
                <Link to={pathOf(session)}>{session}</Link> {wordOf(told?.errors, code)} <code>{code}</code>{' '}
                <span class="faint" lang="en">
                  {detail}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
