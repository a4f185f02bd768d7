import type { ComponentChildren } from 'preact';
import { useErrorBoundary } from 'preact/hooks';
import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

/** What cannot be drawn is told in its place, and the rest of the page stays: a machine's answer may have another form than is stated. */
export function Boundary({ children }: { children: ComponentChildren }) {
  const [error, forget] = useErrorBoundary();
  const { app, problem } = words.value;
  if (error === undefined) return <>{children}</>;
  return (
    <>
      <p class="warn">{problem.undrawn}</p>
      <Problem error={error}>
        <Button onClick={forget}>{app.tryAgain}</Button>
      </Problem>
    </>
  );
}
