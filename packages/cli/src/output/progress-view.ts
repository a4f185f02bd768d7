import type { Progress } from '@leadmaster/protocol';
import type { Cli } from '../cli.ts';
import { phaseIn } from '../words/told.ts';
import { LiveView } from './live-view.ts';
import { countsThings, progressLine, progressText, type Shown } from './progress.ts';

const REDRAW_MS = 100;
/** Into a file or pipe: a line now and then, and none for what is quickly done. */
const LINE_MS = 10_000;

/** Shows on standard error how far one piece of work has come, and leaves nothing of it on a terminal. */
export class ProgressView {
  readonly #cli: Cli;
  readonly #label: string;
  readonly #now: () => number;
  readonly #live: LiveView | null;
  #phase: { name: string; since: number; doneBefore: number } | null = null;
  #shownAt: number;

  constructor(cli: Cli, label: string, now: () => number = () => performance.now()) {
    const { stderr, env } = cli.io;
    this.#cli = cli;
    this.#label = label;
    this.#now = now;
    this.#live = stderr.isTTY === true && env.TERM !== 'dumb' && !cli.json ? new LiveView(stderr) : null;
    this.#shownAt = now() - (this.#live === null ? 0 : REDRAW_MS);
  }

  update(progress: Progress): void {
    const now = this.#now();
    const isNew = this.#phase?.name !== progress.phase;
    if (isNew || this.#phase === null) this.#phase = { name: progress.phase, since: now, doneBefore: progress.done };
    const { since, doneBefore } = this.#phase;
    const wait = this.#live === null ? LINE_MS : isNew ? 0 : REDRAW_MS;
    if (now - this.#shownAt < wait) return;
    this.#shownAt = now;
    this.#show({
      ...progress,
      phase: phaseIn(this.#cli.words, progress.phase),
      counts: countsThings(progress.phase),
      label: this.#label,
      elapsedMs: now - since,
      doneBefore,
    });
  }

  /** Takes the line away; what is printed next stands in its place. */
  end(): void {
    this.#live?.clear();
  }

  #show(shown: Shown): void {
    const { print, io } = this.#cli;
    if (this.#live === null) print.note(progressText(shown, print.words));
    else this.#live.draw([progressLine(shown, io.stderr.columns || 80, print.words, print.paint.cyan)]);
  }
}
