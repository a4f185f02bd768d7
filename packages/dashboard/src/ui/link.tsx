import type { ComponentChildren } from 'preact';
import { go } from '../model/router.ts';

interface LinkProps {
  to: string;
  children: ComponentChildren;
  class?: string;
  /** Whether it is of the view that is shown. */
  isCurrent?: boolean;
}

/** A link inside the page; with a modifier key, or in another tab, the browser follows it as any other. */
export function Link({ to, children, class: name, isCurrent = false }: LinkProps) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} class={name} aria-current={isCurrent ? 'page' : undefined} onClick={follow}>
      {children}
    </a>
  );
}
