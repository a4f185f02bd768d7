/** A manager in a process of its own that may die at any step: says `open`, waits for a line, does as told, says `done`. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { AdoptSession } from '@leadmaster/protocol';
import type { Context } from '../../src/context.ts';
import { openManager } from '../../test/adopt/managers.ts';

export type Task =
  | { do: 'adopt'; dataDir: string; wanted: AdoptSession }
  | { do: 'import'; dataDir: string; name: string; file: string; passphrase: string }
  | { do: 'trim'; dataDir: string; name: string };

/** Does a task with a manager that is open. */
export async function perform(context: Context, task: Task): Promise<void> {
  if (task.do === 'adopt') await context.adoption.adopt(task.wanted);
  else if (task.do === 'trim') await context.storage.trim(task.name, { restart: false });
  else {
    const { name, file, passphrase } = task;
    const wanted = { passphrase, originRetired: false, replace: false, overwriteNewer: false, start: false };
    await context.snapshots.import(name, createReadStream(file), wanted);
  }
}

async function main(task: Task): Promise<void> {
  const context = await openManager(task.dataDir);
  console.log('open');
  await once(process.stdin, 'data');
  await perform(context, task);
  console.log('done');
  process.stdin.destroy();
  await context.close();
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '') as Task);
