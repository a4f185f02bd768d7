/** A manager in a process of its own that may die at any step: says `open`, waits for a line, does as told, says `done`. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import type { AdoptSession } from '@leadmaster/protocol';
import { openManager } from './folders.ts';

export type Task =
  | { do: 'adopt'; dataDir: string; wanted: AdoptSession }
  | { do: 'import'; dataDir: string; name: string; file: string; passphrase: string };

const task = JSON.parse(process.argv[2] ?? '') as Task;
const context = await openManager(task.dataDir);
console.log('open');
await once(process.stdin, 'data');
if (task.do === 'adopt') await context.adoption.adopt(task.wanted);
else {
  const { name, file, passphrase } = task;
  const wanted = { passphrase, originRetired: false, replace: false, overwriteNewer: false, start: false };
  await context.snapshots.import(name, createReadStream(file), wanted);
}
console.log('done');
process.stdin.destroy();
await context.close();
