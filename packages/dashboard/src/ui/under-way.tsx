import { type OperationKind, type Progress, wordOf } from '@leadmaster/protocol';
import { bytes } from '../model/format.ts';
import { forget, workOn } from '../service/operations.ts';
import { words } from '../words/index.ts';
import { Button } from './button.tsx';
import { Problem } from './problem.tsx';

/** Long work of these kinds on a session: how far it has come, or why it failed. */
export function UnderWay({ session, kinds }: { session: string; kinds: readonly OperationKind[] }) {
  const { app, parts } = words.value;
  return (
    <>
      {workOn(session, kinds).map(({ operation: { id, kind, progress }, error }) =>
        error === null ? (
          <Bar key={id} label={parts.work.kinds[kind]} progress={progress} />
        ) : (
          <Problem key={id} error={error}>
            <Button onClick={() => forget(id)}>{app.close}</Button>
          </Problem>
        ),
      )}
    </>
  );
}

function Bar({ label, progress: { phase, done, total } }: { label: string; progress: Progress }) {
  const { work } = words.value.parts;
  const isCounted = total !== null && total > 0;
  const facts = [wordOf(work.phases, phase) ?? '', isCounted ? work.of(bytes(done), bytes(total)) : ''];
  return (
    <div class="work">
      <span role="status">{label}</span>
      <span class="faint">{facts.filter((fact) => fact !== '').join(', ')}</span>
      {isCounted ? <progress aria-label={label} max={total} value={done} /> : <progress aria-label={label} />}
    </div>
  );
}
