import type { ComponentChildren } from 'preact';
import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';
import type { Loaded } from './use-loaded.ts';

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
