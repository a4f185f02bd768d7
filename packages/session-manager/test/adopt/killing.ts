import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Plan } from '../../prove/vault-kills/plan.ts';
import { type Point, pointsOf, stepsIn } from '../../prove/vault-kills/points.ts';
import type { Task } from './child.ts';

const DIE = join(import.meta.dirname, '../../prove/vault-kills/die.ts');

/** Runs a task in a process of its own. Returns what ended it: `done`, or the signal. */
async function runTask(task: Task, folder: string, plan: Omit<Plan, 'id' | 'log'>): Promise<string> {
  const [file, log] = [join(folder, 'plan.json'), join(folder, 'steps.log')];
  await rm(file, { force: true });
  const child = spawn(
    process.execPath,
    [`--import=${DIE}`, join(import.meta.dirname, 'child.ts'), JSON.stringify(task)],
    {
      env: { ...process.env, DIE_PLAN: file },
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const said: string[] = [];
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => said.push(line));
  const ended = once(child, 'exit');
  await Promise.race([once(lines, 'line'), ended]);
  await writeFile(file, JSON.stringify({ id: 'now', log, ...plan } satisfies Plan));
  child.stdin.write('go\n');
  const [code, signal] = (await ended) as [number | null, string | null];
  return signal ?? (said.includes('done') ? 'done' : `exit ${code}`);
}

/** Does a task once in full, and says at which moments it could die. */
export async function momentsOf(task: Task, folder: string): Promise<Point[]> {
  await writeFile(join(folder, 'steps.log'), '');
  const end = await runTask(task, folder, { label: null, count: 0, when: 'before' });
  if (end !== 'done') throw new Error(`the task ended with ${end}`);
  return pointsOf(stepsIn(join(folder, 'steps.log')));
}

/** Does a task and has it die at a moment. Says how it ended: it may never come there. */
export function dieAt(task: Task, folder: string, { label, count, when }: Point): Promise<string> {
  return runTask(task, folder, { label, count, when });
}
