import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN_KEY, type Ask, send } from '@leadmaster/testkit';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { DOORS } from './sending/doors.ts';
import { type MachineName, type World, worldOf } from './sending/world.ts';

/** A session with sending off on its way back, and where it is then. */
interface Return {
  /** What is done, and where the session is afterwards; the first machine unless it says so. */
  by: (back: Back) => Promise<MachineName | undefined>;
  /** Tried for levels above the session as well: those that its login, a database or a hub has to remember. */
  above?: true;
}

interface Back {
  world: World;
  name: string;
  /** A snapshot from before sending was switched off. */
  early: string;
  /** An order to a machine; fails the test where that refuses. */
  order: (machine: MachineName, path: string, ask?: Ask) => Promise<Awaited<ReturnType<typeof send>>>;
}

type Level = 'session' | 'tenant' | 'machine';

const SECRET = { 'x-passphrase': encodeURIComponent('caballo batería grapa') };
const BYTES = { 'content-type': 'application/octet-stream', ...SECRET };

const at = ({ name }: Back): string => `/v1/sessions/${name}`;
const POST: Ask = { method: 'POST' };

async function exported(back: Back): Promise<Buffer> {
  const { body } = await back.order('m1', `${at(back)}/snapshots/${back.early}/export`, { headers: SECRET });
  return body;
}

async function deleted(back: Back): Promise<void> {
  await back.order('m1', at(back), { method: 'DELETE' });
  await expect.poll(() => back.world.store.homes.machineOf(back.name)).toBeNull();
}

async function transferred(back: Back, from: MachineName, to: MachineName): Promise<void> {
  const body = { to: `http://127.0.0.1:${back.world.machine(to).port}`, key: ADMIN_KEY };
  await back.order(from, `${at(back)}/transfer`, { body });
}

/** The database of the first machine, as an older one that knows of nothing that was switched off. */
function older(dataDir: string): void {
  const db = new Database(join(dataDir, 'session-manager.db'));
  db.exec("UPDATE sessions SET sending = 'on'; DELETE FROM hub_words; DELETE FROM former_bounds");
  db.close();
}

const RETURNS: Readonly<Record<string, Return>> = {
  'it stays as it is': { by: async () => undefined },
  'a stop and a start': {
    async by(back) {
      await back.order('m1', `${at(back)}/stop?wait=5`, POST);
      await back.order('m1', `${at(back)}/start`, POST);
      return undefined;
    },
  },
  'a restart of the service': {
    above: true,
    async by({ world }) {
      await world.restart('m1');
      return undefined;
    },
  },
  'an older database that is put back': {
    above: true,
    async by({ world }) {
      await world.restart('m1', older);
      return undefined;
    },
  },
  'the restore of a snapshot from before': {
    above: true,
    async by(back) {
      const body = { overwriteNewer: true, start: true };
      await back.order('m1', `${at(back)}/snapshots/${back.early}/restore?restart=true`, { body });
      return undefined;
    },
  },
  'a logout and a new link': {
    async by(back) {
      await back.order('m1', `${at(back)}/logout?wait=5`, POST);
      await back.world.linkAgain(back.name, 'm1');
      return undefined;
    },
  },
  'the trash': {
    async by(back) {
      await deleted(back);
      const { items } = (await back.order('m1', '/v1/trash')).json;
      const entry = items.find(({ session }: { session: string }) => session === back.name);
      await back.order('m1', `/v1/trash/${entry.id}/restore`, POST);
      return undefined;
    },
  },
  'a delete, and a restore out of the vault from before': {
    above: true,
    async by(back) {
      await deleted(back);
      await back.order('m1', `${at(back)}/snapshots/${back.early}/restore`, { body: {} });
      return undefined;
    },
  },
  'a delete, and the import of a file from before': {
    async by(back) {
      const body = await exported(back);
      await deleted(back);
      await back.order('m1', `${at(back)}/import`, { headers: BYTES, body });
      return undefined;
    },
  },
  'a delete, and another session made under its name': {
    async by(back) {
      await deleted(back);
      await back.order('m1', '/v1/sessions', { body: { name: back.name, start: false } });
      await back.world.linkAgain(back.name, 'm1');
      return undefined;
    },
  },
  'a delete by its tenant, and another one that the tenant makes, on another machine': {
    async by({ world, name }) {
      const own = name.replace('acme.', '');
      expect((await world.ask(`/v1/sessions/${own}`, { method: 'DELETE', key: world.key })).status).toBe(204);
      const body = { name, start: false, machine: 'm2' };
      expect((await world.ask('/v1/sessions', { body })).status).toBe(201);
      await world.linkAgain(name, 'm2');
      return 'm2';
    },
  },
  'a delete by its tenant, and /connect': {
    async by({ world, name }) {
      const own = name.replace('acme.', '');
      expect((await world.ask(`/v1/sessions/${own}`, { method: 'DELETE', key: world.key })).status).toBe(204);
      await world.ask('/v1/machines/m2/drain', { body: {} });
      const headers = { 'x-session': own };
      const made = await world.ask('/connect', { key: world.key, headers, body: {} });
      await world.ask('/v1/machines/m2/drain', { body: { draining: false } });
      expect(made.status, made.text).toBe(200);
      await world.linkAgain(name, 'm1');
      return undefined;
    },
  },
  'a recovery on another machine': {
    above: true,
    async by(back) {
      await deleted(back);
      await back.order('m2', '/v1/recover', { body: { sessions: [back.name], originRetired: true } });
      return 'm2';
    },
  },
  'a restore of a snapshot from before, on another machine': {
    async by(back) {
      await deleted(back);
      await back.order('m2', `${at(back)}/snapshots/${back.early}/restore`, { body: {} });
      return 'm2';
    },
  },
  'an exported file, on another machine': {
    async by(back) {
      const body = await exported(back);
      await deleted(back);
      await back.order('m2', `${at(back)}/import`, { headers: BYTES, body });
      await back.order('m2', `${at(back)}/start`, { body: { originRetired: true } });
      return 'm2';
    },
  },
  'a copy of its folder, on another machine': {
    above: true,
    async by(back) {
      await back.order('m1', `${at(back)}/stop?wait=5`, POST);
      const path = await back.world.copyOf(back.name);
      await deleted(back);
      await back.order('m2', '/v1/sessions/adopt', { body: { name: back.name, path, mode: 'copy' } });
      await back.order('m2', `${at(back)}/start`, { body: { originRetired: true } });
      return 'm2';
    },
  },
  'its folder, moved to another machine': {
    async by(back) {
      await back.order('m1', `${at(back)}/stop?wait=5`, POST);
      const path = await back.world.copyOf(back.name);
      await deleted(back);
      await back.order('m2', '/v1/sessions/adopt', { body: { name: back.name, path, mode: 'move' } });
      await back.order('m2', `${at(back)}/start`, { body: { originRetired: true } });
      return 'm2';
    },
  },
  'a transfer': {
    above: true,
    async by(back) {
      await transferred(back, 'm1', 'm2');
      return 'm2';
    },
  },
  'a transfer, and another one back': {
    async by(back) {
      await transferred(back, 'm1', 'm2');
      await transferred(back, 'm2', 'm1');
      return undefined;
    },
  },
  'a move of the hub': {
    above: true,
    async by({ world, name }) {
      const moved = await world.ask(`/v1/sessions/${name}/move`, { body: { machine: 'm2' } });
      expect(moved.status, moved.text).toBe(200);
      return 'm2';
    },
  },
  // The last one: it takes the database away from all sessions of the machine.
  'its folder in its place, after the database was lost': {
    above: true,
    async by(back) {
      await back.world.restart('m1', async (dataDir) => {
        for (const end of ['', '-wal', '-shm']) await rm(join(dataDir, `session-manager.db${end}`), { force: true });
      });
      await back.order('m1', '/v1/sessions/adopt', { body: { name: back.name } });
      return undefined;
    },
  },
};

const LEVELS: Readonly<Record<Level, (name: string) => [path: string, sending: (to: 'on' | 'off') => object]>> = {
  session: (name) => [`/v1/sessions/${name}`, (sending) => ({ sending })],
  tenant: () => ['/v1/tenants/acme', (sending) => ({ sending })],
  machine: () => ['/v1/machines/m1', (sending) => ({ sending })],
};

const names = Object.keys(RETURNS).map((_title, at) => `acme.s${at}`);

async function switched({ ask }: World, level: Level, name: string, to: 'on' | 'off'): Promise<void> {
  const [path, body] = LEVELS[level](name);
  const done = await ask(path, { method: 'PATCH', body: body(to) });
  expect([done.status, done.json.untold || []], done.text).toEqual([200, []]);
}

/** READY at its machine, where it is not yet, and known so to the hub. */
async function settled(world: World, name: string, machine: MachineName): Promise<void> {
  const { context, until } = world.machine(machine);
  if ((await context.sessions.get(name)).state === 'STOPPED')
    await context.sessions.start(name, { originRetired: true });
  await until(name, 'READY');
  await expect.poll(() => world.store.homes.machineOf(name), { timeout: 10_000 }).toBe(machine);
  await world.until(name, 'READY');
}

function orders(world: World): Back['order'] {
  return async (machine, path, ask) => {
    const answer = await send(world.machine(machine).port, path, ask);
    expect(answer.status, `${path}: ${answer.text}`).toBeLessThan(300);
    return answer;
  };
}

test('each of the doors sends while sending is on', { timeout: 60_000 }, async () => {
  const world = await worldOf(names);
  const name = names[0] as string;
  await world.ready(name);
  const manager = world.machine('m1');
  for (const [title, door] of Object.entries(DOORS))
    expect([title, await door({ world, manager, name, names, text: title })]).toEqual([title, 'sent']);
  await expect.poll(() => world.sentOf(name).toSorted()).toEqual(Object.keys(DOORS).toSorted());
});

test.each(Object.keys(LEVELS) as Level[])(
  'sending that is off for the %s stays off at every door, however the session comes back',
  { timeout: 300_000 },
  async (level) => {
    const world = await worldOf(names);
    const open: unknown[] = [];
    const returns = Object.entries(RETURNS).filter(([, { above }]) => level === 'session' || above);
    for (const [title, { by }] of returns) {
      const name = names[Object.keys(RETURNS).indexOf(title)] as string;
      await world.ready(name);
      const early = (await world.machine('m1').take(name)).id;
      await switched(world, level, name, 'off');
      const machine = (await by({ world, name, early, order: orders(world) })) ?? 'm1';
      await settled(world, name, machine);
      const manager = world.machine(machine);
      for (const [door, knock] of Object.entries(DOORS)) {
        const answer = await knock({ world, manager, name, names, text: `${title}, ${door}` });
        if (answer !== 'sending_off') open.push([title, door, answer]);
      }
      open.push(...world.sentOf(name));
      if (level !== 'session') await switched(world, level, name, 'on');
    }
    expect(open).toEqual([]);
  },
);
