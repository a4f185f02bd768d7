import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from '../vault-kills/plan.ts';
import { type Point, stepsIn } from '../vault-kills/points.ts';
import type { Task } from './task.ts';

const DIE = join(import.meta.dirname, '../vault-kills/die.ts');
/** Of one task, however busy the machine: what takes longer hangs. */
const TASK_MS = 120_000;

/** How a task ended: `done`, or the signal. */
export interface End {
  end: string;
  /** From the word to begin. */
  tookMs: number;
}

/** Runs tasks in processes of their own, each of which may die at a step. */
export class Dying {
  readonly #plan: string;
  readonly #log: string;
  readonly #env: NodeJS.ProcessEnv;

  /** `scratch`: a folder for what the processes are told and what they tell. */
  constructor(scratch: string) {
    this.#plan = join(scratch, 'plan.json');
    this.#log = join(scratch, 'steps.log');
    this.#env = { ...process.env, DIE_PLAN: this.#plan, NODE_COMPILE_CACHE: join(scratch, 'compiled') };
  }

  /** Does a task once in full, and says which steps it took. */
  async steps(task: Task): Promise<{ steps: Map<string, number>; tookMs: number }> {
    await writeFile(this.#log, '');
    const { end, tookMs } = await this.#run(task, { label: null, count: 0, when: 'before' });
    if (end !== 'done') throw new Error(`the task ended with ${end}`);
    return { steps: stepsIn(this.#log), tookMs };
  }

  /** Does a task and has it die at a step. It may never come there. */
  dieAt(task: Task, { label, count, when }: Point): Promise<End> {
    return this.#run(task, { label, count, when });
  }

  /** Does a task and kills it so many milliseconds after it began. */
  dieAfter(task: Task, delayMs: number): Promise<End> {
    return this.#run(task, null, delayMs);
  }

  async #run(task: Task, plan: Omit<Plan, 'id' | 'log'> | null, killAfterMs = TASK_MS): Promise<End> {
    await rm(this.#plan, { force: true });
    const program = [`--import=${DIE}`, join(import.meta.dirname, 'task.ts'), JSON.stringify(task)];
    const child = spawn(process.execPath, program, { env: this.#env, stdio: ['pipe', 'pipe', 'inherit'] });
    const said: string[] = [];
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => said.push(line));
    const ended = once(child, 'exit');
    await Promise.race([once(lines, 'line'), ended]);
    if (plan !== null)
      await writeFile(this.#plan, JSON.stringify({ id: 'now', log: this.#log, ...plan } satisfies Plan));
    const began = performance.now();
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    child.stdin.on('error', () => {});
    child.stdin.write('go\n');
    const [code, signal] = (await ended) as [number | null, string | null];
    clearTimeout(timer);
    const tookMs = Math.round(performance.now() - began);
    return { end: signal ?? (said.includes('done') ? 'done' : `exit ${code}`), tookMs };
  }
}
