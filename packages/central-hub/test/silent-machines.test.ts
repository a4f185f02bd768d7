import { startTestManager } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver } from './hub.ts';
import { type RunningHub, startHub } from './start-hub.ts';

/** What the log warns of, the newest last. */
function warnings({ logLines }: RunningHub): { msg: string; err?: unknown }[] {
  return logLines.filter((line) => line.includes('"level":40')).map((line) => JSON.parse(line));
}

const SILENT = expect.stringMatching(/^the machine "one" does not answer: .*ECONNREFUSED/s);

test('a machine that is away when the hub starts is told once, without a trace', { timeout: 20_000 }, async () => {
  const world = await hubOver(['one']);
  await world.managers.one?.stop();
  const hub = await startHub({ dataDir: world.dataDir });
  onTestFinished(() => hub.close());
  await expect.poll(() => warnings(hub), { timeout: 10_000 }).toEqual([expect.objectContaining({ msg: SILENT })]);
  expect(hub.logLines.join('')).not.toContain('"stack"');
});

test('a machine that falls silent, and answers again, is told without a trace', { timeout: 20_000 }, async () => {
  const world = await hubOver(['one']);
  const { one } = world.managers;
  await expect.poll(() => world.links.all()[0]?.hasAnswered, { timeout: 10_000 }).toBe(true);
  await one?.stop();
  await expect.poll(() => warnings(world).map(({ msg }) => msg), { timeout: 10_000 }).toContainEqual(SILENT);
  expect(warnings(world).filter(({ err }) => err !== undefined)).toEqual([]);
  const back = await startTestManager({ port: one?.port ?? 0 });
  onTestFinished(() => back.close());
  const again = (): boolean => world.logLines.some((line) => line.includes('the machine \\"one\\" answers again'));
  await expect.poll(again, { timeout: 10_000 }).toBe(true);
});
