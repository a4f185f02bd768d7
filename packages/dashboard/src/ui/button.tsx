import type { ComponentChildren } from 'preact';
import { words } from '../words/index.ts';

interface ButtonProps {
  children: ComponentChildren;
  onClick?: () => void;
  kind?: 'primary' | 'plain' | 'danger';
  type?: 'button' | 'submit';
  isBusy?: boolean;
  isOff?: boolean;
  title?: string;
}

/** While its order runs it says so, and takes no second click; it keeps the focus. */
export function Button({
  children,
  onClick,
  kind = 'plain',
  type = 'button',
  isBusy = false,
  isOff = false,
  title,
}: ButtonProps) {
  const isStill = isBusy || isOff;
  const click = (event: Event): void => {
    if (isStill) event.preventDefault();
    else onClick?.();
  };
  return (
    <button
      type={type}
      class={`button ${kind}`}
      aria-disabled={isStill}
      aria-busy={isBusy}
      title={title}
      onClick={click}
    >
      {isBusy ? <span class="spinner" aria-hidden="true" /> : null}
      {children}
      {isBusy ? <span class="hidden">{words.value.actions.working}</span> : null}
    </button>
  );
}
