import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { BackupKeeper } from '../src/backups/keeper.ts';
import { type HubWorld, hubOver } from './hub.ts';

/** The keeper of a hub's backups, which looks all the time, with what it logs and measures. */
function keeperOf({ store, links }: HubWorld) {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const metrics = new Registry();
  const often = { lookMs: 10, againMs: 10 };
  const keeper = new BackupKeeper({ store, links, secret: 'secret', local: null, metrics, log, ...often });
  onTestFinished(() => keeper.close());
  const gauge = async (name: string): Promise<number> => {
    const text = await metrics.getSingleMetricAsString(`leadmaster_hub_backup_${name}`);
    return Number(/ (\S+)$/.exec(text)?.[1]);
  };
  const told = (level: number) => lines.filter((line) => line.level === level).map(({ msg }) => msg);
  return { keeper, gauge, told };
}

const ERROR = 50;
const DEBUG = 20;
const INFO = 30;

test('a hub that cannot be saved says so once, measures it, tries again, and is saved once it can', async () => {
  const world = await hubOver(['one']);
  await world.tenant('acme');
  const { blobs, context } = world.managers.one as NonNullable<HubWorld['managers'][string]>;
  const saved = async () => (await context.hubBackups.list()).map(({ number }) => number);
  const { keeper, gauge, told } = keeperOf(world);
  expect([await gauge('failing'), await gauge('timestamp_seconds')]).toEqual([0, 0]);
  blobs.plan({ on: 'put', what: 'fail', times: 1_000_000 });
  keeper.start();
  await expect.poll(() => told(DEBUG).filter((line) => line.includes('could not be saved')).length).toBeGreaterThan(2);
  expect(told(ERROR)).toEqual(['the hub could not be saved in the vault; it is tried again']);
  expect([await gauge('failing'), await gauge('timestamp_seconds')]).toEqual([1, 0]);
  blobs.heal();
  await expect.poll(() => gauge('failing'), { timeout: 10_000 }).toBe(0);
  expect(told(INFO)).toEqual(['the hub is saved in the vault again']);
  expect(await gauge('timestamp_seconds')).toBeGreaterThan(Date.now() / 1000 - 60);
  const [number = 0] = await saved();
  expect(number).toBeGreaterThan(0);
  // Without a change, no other document.
  await sleep(200);
  expect(await saved()).toEqual([number]);
  await world.ask('/v1/tenants', { body: { name: 'otra' } });
  await expect.poll(async () => (await saved())[0], { timeout: 10_000 }).toBeGreaterThan(number);
});

test('a hub whose machine is away is saved by another one, and a hub without any says so', async () => {
  const world = await hubOver(['one', 'two']);
  await world.tenant('acme');
  const [one, two] = Object.values(world.managers);
  await one?.stop();
  await expect.poll(() => world.links.isUp('one'), { timeout: 10_000 }).toBe(false);
  const { keeper, gauge, told } = keeperOf(world);
  keeper.start();
  await expect.poll(async () => (await two?.context.hubBackups.list())?.length, { timeout: 10_000 }).toBe(1);
  expect(told(ERROR)).toEqual([]);
  await two?.stop();
  await expect.poll(() => world.links.isUp('two'), { timeout: 10_000 }).toBe(false);
  await world.ask('/v1/keys', { body: { name: 'otra', scopes: ['read'] } });
  await expect.poll(() => gauge('failing'), { timeout: 10_000 }).toBe(1);
  expect(told(ERROR)).toEqual(['the hub could not be saved in the vault; it is tried again']);
});
