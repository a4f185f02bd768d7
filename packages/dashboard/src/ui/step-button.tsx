import { useState } from 'preact/hooks';
import { go } from '../model/router.ts';
import type { Step } from '../model/steps.ts';
import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useOrder } from './use-order.ts';

interface StepProps {
  step: Step;
  kind?: 'primary' | 'plain';
  /** What fails is shown in front of the page, where there is no room beside the button. */
  failsAside?: boolean;
}

/** A step as a button. What must be confirmed is asked first; what fails is shown where it was ordered. */
export function StepButton({ step, kind = 'primary', failsAside = false }: StepProps) {
  const order = useOrder();
  const [isAsking, setAsking] = useState(false);
  const { label, run, to, asks } = step;
  const { app } = words.value;
  const give = async (): Promise<void> => {
    if (run !== undefined && (await order.give(run))) setAsking(false);
  };
  const click = (): void => {
    if (to !== undefined) go(to);
    else if (asks !== undefined) setAsking(true);
    else void give();
  };
  const failed = order.error === null ? null : <Problem error={order.error} />;
  return (
    <>
      <Button kind={kind} isBusy={order.isRunning && !isAsking} onClick={click}>
        {label}
      </Button>
      {isAsking ? (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p>{asks}</p>
          {failed}
          <div class="buttons">
            <Button kind="primary" isBusy={order.isRunning} onClick={() => void give()}>
              {label}
            </Button>
            <Button onClick={() => setAsking(false)}>{app.cancel}</Button>
          </div>
        </Dialog>
      ) : failsAside && failed !== null ? (
        <Dialog title={label} onClose={order.forget}>
          {failed}
        </Dialog>
      ) : (
        failed
      )}
    </>
  );
}
