import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';
import { unseen } from './use-order.ts';

/** What an order failed with after its place was left: it is told at the head of the view. */
export function Unseen() {
  const { app, parts } = words.value;
  if (unseen.value === null) return null;
  const close = (): void => {
    unseen.value = null;
  };
  return (
    <div>
      <p class="faint">{parts.work.elsewhere}</p>
      <Problem error={unseen.value}>
        <Button onClick={close}>{app.close}</Button>
      </Problem>
    </div>
  );
}
