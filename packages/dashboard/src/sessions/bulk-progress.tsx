import { LeadMasterError } from '@leadmaster/protocol';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { words } from '../words/index.ts';
import { Names } from './bulk-dialog.tsx';
import { type BulkRun, cancelBulk, forgetBulk, type Outcome, run } from './bulk-run.ts';

/** How far an order for several sessions is: how many are done, and each kind of failure with what to do. */
export function BulkProgress() {
  const { bulk, app } = words.value;
  const current = run.value;
  if (current === null) return null;
  const { deed, outcomes, isOver, isCancelled } = current;
  const all = outcomes.size;
  const count = countOf(current);
  const label = bulk.deeds[deed].label;
  return (
    <section class="panel bulk" aria-label={label}>
      <header>
        <h2>{label}</h2>
        {isOver ? (
          <Button onClick={forgetBulk}>{app.close}</Button>
        ) : (
          <Button isOff={isCancelled} onClick={cancelBulk}>
            {bulk.cancelRest}
          </Button>
        )}
      </header>
      {isOver ? null : <progress max={all} value={all - count('waiting') - count('working')} aria-label={label} />}
      <p role={isOver ? 'status' : undefined}>
        {bulk.progress({ all, done: count('done'), failed: count('failed'), left: count('left') })}
      </p>
      {failuresOf(outcomes).map(({ error, names }) => (
        <Problem key={names[0]} error={error}>
          <Names names={names} />
        </Problem>
      ))}
    </section>
  );
}

function countOf({ outcomes }: BulkRun): (is: Outcome['is']) => number {
  const by = Map.groupBy(outcomes.values(), ({ is }) => is);
  return (is) => by.get(is)?.length ?? 0;
}

/** Failures of one code together: the first error, and the sessions that have it. */
function failuresOf(outcomes: BulkRun['outcomes']): { error: unknown; names: string[] }[] {
  const by = new Map<string, { error: unknown; names: string[] }>();
  for (const [name, outcome] of outcomes) {
    if (outcome.is !== 'failed') continue;
    const { error } = outcome;
    const code = error instanceof LeadMasterError ? error.code : String(error);
    const known = by.get(code);
    if (known === undefined) by.set(code, { error, names: [name] });
    else known.names.push(name);
  }
  return [...by.values()];
}
