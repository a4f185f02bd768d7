import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from '../../src/ui/button.tsx';
import { Icon } from '../../src/ui/icon.tsx';
import { Problem } from '../../src/ui/problem.tsx';
import { words } from '../../src/words/index.ts';
import { sideWords } from '../words/index.ts';
import { howOf, type Seen, told } from './seen.ts';
import { RUNS, type Say, STEPS, type StepId, TOUR_SESSION } from './steps.ts';
import { Stuck } from './watch.ts';

const KEPT = 'leadmaster-demo-tour-seen';

type Progress = Partial<Record<StepId, { seen: Seen[]; isDone: boolean }>>;

/** What was seen so far; it survives a reload, so that the tour can be left and taken up. */
const progress = signal<Progress>(kept());
const running = signal<StepId | null>(null);
const failure = signal<{ step: StepId; error: unknown } | null>(null);

function kept(): Progress {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? '{}');
  } catch {
    return {};
  }
}

function note(step: StepId, seen: Seen[], isDone: boolean): void {
  progress.value = { ...progress.value, [step]: { seen, isDone } };
  localStorage.setItem(KEPT, JSON.stringify(progress.value));
}

async function take(step: StepId): Promise<void> {
  if (running.value !== null) return;
  running.value = step;
  failure.value = null;
  const began = performance.now();
  const seen: Seen[] = [];
  note(step, seen, false);
  const say: Say = (what, ...values) => {
    seen.push({ what, values, ms: performance.now() - began });
    note(step, [...seen], false);
  };
  try {
    await RUNS[step]({ say, signal: new AbortController().signal });
    note(step, [...seen], true);
  } catch (error) {
    if (error instanceof Stuck) say('stuck', error.session.name, ...howOf(error.session));
    else failure.value = { step, error };
  } finally {
    running.value = null;
  }
}

/** A time to the tenth of a second: 3.2 s. */
function seconds(ms: number): string {
  const digits = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  return `${new Intl.NumberFormat(words.value.locale, digits).format(ms / 1000)}\u00a0s`;
}

function restart(): void {
  progress.value = {};
  failure.value = null;
  localStorage.removeItem(KEPT);
}

/** Six steps through what is kept where others lose it. Each does one thing and tells what was seen. */
export function Tour() {
  const { tour } = sideWords.value;
  const done = STEPS.filter((step) => progress.value[step]?.isDone === true);
  const next = STEPS.find((step) => !done.includes(step)) ?? null;
  return (
    <div class="tour">
      <p class="faint" role="status">
        {tour.progress(done.length, STEPS.length)}
      </p>
      <ol>
        {STEPS.map((step, i) => (
          <Step key={step} step={step} nth={i + 1} isNext={step === next} />
        ))}
      </ol>
      {next === null ? <p class="fine">{tour.over}</p> : null}
      {done.length === 0 ? null : (
        <div class="buttons">
          <Button isOff={running.value !== null} onClick={restart}>
            {tour.restart}
          </Button>
        </div>
      )}
    </div>
  );
}

function Step({ step, nth, isNext }: { step: StepId; nth: number; isNext: boolean }) {
  const { tour } = sideWords.value;
  const { title, text, action } = tour.steps[step];
  const { seen = [], isDone = false } = progress.value[step] ?? {};
  const isRunning = running.value === step;
  const isOpen = isNext || isRunning || seen.length > 0;
  const item = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (isNext) item.current?.scrollIntoView({ block: 'nearest' });
  }, [isNext, seen.length]);
  return (
    <li ref={item} class={isDone ? 'done' : isNext ? 'next' : ''} aria-current={isNext ? 'step' : undefined}>
      <h3>
        <span class="nth" aria-hidden="true">
          {isDone ? <Icon name="check" /> : nth}
        </span>
        {title}
        {isDone ? <span class="hidden"> ({tour.seen})</span> : null}
      </h3>
      {isOpen && !isDone ? <p>{text(TOUR_SESSION)}</p> : null}
      <ul class="saw" aria-live="polite">
        {seen.map((one) => (
          <li key={`${one.ms}`}>
            <span class={one.what === 'stuck' ? 'bad' : undefined}>{told(one)}</span>{' '}
            <span class="faint">{tour.after(seconds(one.ms))}</span>
          </li>
        ))}
      </ul>
      {failure.value?.step === step ? <Problem error={failure.value.error} /> : null}
      {isOpen ? (
        <Button
          kind={isNext ? 'primary' : 'plain'}
          isBusy={isRunning}
          isOff={running.value !== null}
          onClick={() => void take(step)}
        >
          {isRunning ? tour.running : isDone ? tour.again : action}
        </Button>
      ) : null}
    </li>
  );
}
