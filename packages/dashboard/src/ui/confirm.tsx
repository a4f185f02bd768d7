import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Problem } from './problem.tsx';
import { useOrder } from './use-order.ts';

interface ConfirmProps {
  title: string;
  /** What the act is called: on the button that asks, and on the one that does it. */
  label: string;
  /** What happens. */
  children: ComponentChildren;
  kind?: 'primary' | 'danger';
  /** What must be typed before. */
  typed?: string;
  work: () => Promise<unknown>;
  /** What opens the question, where it is not a button with the label. */
  opener?: (open: () => void) => ComponentChildren;
}

/** An act that is done once its consequences were confirmed. A refusal is shown where it was ordered. */
export function Confirm({ title, label, children, kind = 'danger', typed = '', work, opener }: ConfirmProps) {
  const { danger, app } = words.value;
  const [isAsking, setAsking] = useState(false);
  const [text, setText] = useState('');
  const order = useOrder();
  const open = (): void => setAsking(true);
  const close = (): void => {
    setAsking(false);
    setText('');
    order.forget();
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text === typed && (await order.give(work))) close();
  };
  return (
    <>
      {opener === undefined ? (
        <Button kind={kind === 'danger' ? 'danger' : 'plain'} onClick={open}>
          {label}
        </Button>
      ) : (
        opener(open)
      )}
      {isAsking ? (
        <Dialog title={title} onClose={close}>
          <form class="form" onSubmit={(event) => void submit(event)}>
            {children}
            {typed === '' ? null : (
              <label>
                <span>{danger.type(typed)}</span>
                <input
                  value={text}
                  autoComplete="off"
                  spellcheck={false}
                  onInput={({ currentTarget }) => setText(currentTarget.value)}
                />
              </label>
            )}
            {order.error === null ? null : <Problem error={order.error} />}
            <div class="buttons">
              <Button type="submit" kind={kind} isOff={text !== typed} isBusy={order.isRunning}>
                {label}
              </Button>
              <Button onClick={close}>{app.cancel}</Button>
            </div>
          </form>
        </Dialog>
      ) : null}
    </>
  );
}
