import type { Machine } from '@leadmaster/protocol';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

/** No new session is made on a machine that is drained; taken back at once. */
export function DrainMachine({ machine: { name, state }, onChange }: { machine: Machine; onChange: () => void }) {
  const { machines } = words.value;
  const order = useOrder();
  const drain = async (draining: boolean): Promise<void> => {
    await client.call('drainMachine', { params: { machine: name }, body: { draining } });
    onChange();
  };
  if (state === 'draining') {
    return (
      <>
        <Button isBusy={order.isRunning} onClick={() => void order.give(() => drain(false))}>
          {machines.undrain}
        </Button>
        {order.error === null ? null : <Problem error={order.error} />}
      </>
    );
  }
  return (
    <Confirm title={machines.drainTitle(name)} label={machines.drain} kind="primary" work={() => drain(true)}>
      <p>{machines.drainText}</p>
    </Confirm>
  );
}
