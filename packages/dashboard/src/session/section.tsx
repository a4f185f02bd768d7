import type { ComponentChildren } from 'preact';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import type { Loaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';

interface SectionProps {
  id: string;
  title: string;
  /** Beside the title. */
  aside?: ComponentChildren;
  kind?: 'danger-zone';
  children: ComponentChildren;
}

/** One part of a session's page, with an address of its own. */
export function Section({ id, title, aside, kind, children }: SectionProps) {
  return (
    <section id={id} class={kind === undefined ? 'panel' : `panel ${kind}`} aria-labelledby={`${id}-title`}>
      <header>
        <h2 id={`${id}-title`}>{title}</h2>
        {aside}
      </header>
      {children}
    </section>
  );
}

/** What was loaded, or why it was not; what was there before stays below a failure. */
export function Shown<T>({ loaded, children }: { loaded: Loaded<T>; children: (data: T) => ComponentChildren }) {
  const { app } = words.value;
  const { data, error, reload } = loaded;
  return (
    <>
      {error === null ? null : (
        <Problem error={error}>
          <Button onClick={reload}>{app.tryAgain}</Button>
        </Problem>
      )}
      {data !== null ? (
        children(data)
      ) : error === null ? (
        <p class="faint" role="status">
          {app.loading}
        </p>
      ) : null}
    </>
  );
}
