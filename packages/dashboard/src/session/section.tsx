import type { ComponentChildren } from 'preact';
import { Boundary } from '../ui/boundary.tsx';

interface SectionProps {
  id: string;
  title: string;
  /** Beside the title. */
  aside?: ComponentChildren;
  kind?: 'danger-zone';
  children: ComponentChildren;
}

/** One part of a session's page, with an address of its own; it has the focus where that address is gone to. */
export function Section({ id, title, aside, kind, children }: SectionProps) {
  return (
    <section
      id={id}
      tabIndex={-1}
      class={kind === undefined ? 'panel' : `panel ${kind}`}
      aria-labelledby={`${id}-title`}
    >
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      <Boundary>{children}</Boundary>
    </section>
  );
}
