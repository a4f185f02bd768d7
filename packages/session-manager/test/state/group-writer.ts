/**
 * Writes two batches of changes together, and dies by its own hand in the second. Says each number once it was told.
 * `node group-writer.ts FILE collected|committing`
 */

import { writeSync } from 'node:fs';
import type { AnyEvent } from '@leadmaster/protocol';
import { createStateStore } from '../../src/state/sqlite-state-store.ts';
import { aQr } from '../event-samples.ts';

const [file = '', moment = 'collected'] = process.argv.slice(2);
const store = createStateStore({ file });
store.events.subscribe(({ data }: AnyEvent) => void writeSync(1, `${data.attempt}\n`));
const write = (n: number) => store.later(() => store.events.append(aQr('s', n)));
const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('it lives');
};

await Promise.all([write(1), write(2)]);
const second = [write(3), write(4)];
if (moment === 'collected') die();
second.push(store.later(die));
await Promise.all(second);
