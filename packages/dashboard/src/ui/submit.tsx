import type { ComponentChildren } from 'preact';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';
import type { Order } from './use-order.ts';

interface SubmitProps {
  order: Order;
  /** What the button says: before, and while the order is under way. */
  label: string;
  running?: string;
  kind?: 'primary' | 'plain';
  /** Between the refusal and the button. */
  children?: ComponentChildren;
}

/** The end of a form: why its order was refused, and the button that gives it. */
export function Submit({ order, label, running = label, kind = 'primary', children }: SubmitProps) {
  return (
    <>
      {order.error === null ? null : <Problem error={order.error} />}
      {children}
      <div class="buttons">
        <Button type="submit" kind={kind} isBusy={order.isRunning}>
          {order.isRunning ? running : label}
        </Button>
      </div>
    </>
  );
}
