import { describe, expect, test } from 'vitest';
import { checkTable } from '../check-table.ts';
import { ROOMS, type Room } from '../table.ts';
import { CHECKOUT, importing, plant, RULES } from './planted-house.ts';

const SM = 'packages/session-manager/src';
const KIT = 'packages/service-kit/src';

/** Who must not import what, said apart from the table. */
const FORBIDDEN: readonly [file: string, imported: string][] = [
  ['packages/protocol/src/a.ts', 'pino'],
  ['packages/protocol/src/b.ts', 'node:fs'],
  ['packages/protocol/src/b.ts', 'fs'],
  ['packages/protocol/src/c.ts', '@leadmaster/session-manager'],
  ['packages/protocol/src/d.ts', '../../vault/src/index.ts'],
  [`${SM}/a.ts`, '@leadmaster/whatsapp-standin'],
  [`${SM}/a.ts`, '@leadmaster/testkit'],
  [`${SM}/a.ts`, '@leadmaster/testkit/free-port'],
  [`${SM}/a.ts`, '@leadmaster/cli'],
  [`${SM}/a.ts`, '@leadmaster/central-hub'],
  [`${SM}/a.ts`, '../test/real/harness.ts'],
  [`${SM}/lifecycle/a.ts`, '../../../protocol/src/index.ts'],
  [`${SM}/lifecycle/a.ts`, '../http/server.ts'],
  [`${SM}/lifecycle/b.ts`, 'whatsapp-web.js'],
  [`${SM}/lifecycle/b.ts`, 'better-sqlite3'],
  [`${SM}/lifecycle/a.ts`, '../../../../scripts/lib.mjs'],
  [`${SM}/lifecycle/machine.ts`, 'node:fs'],
  [`${SM}/lifecycle/machine.ts`, '../state/state-store.ts'],
  [`${SM}/lifecycle/machine.ts`, './supervisor.ts'],
  [`${SM}/lifecycle/machine.ts`, 'pino'],
  [`${SM}/lifecycle/machine.ts`, '@leadmaster/vault'],
  [`${SM}/http/a.ts`, '../engine/engine.ts'],
  [`${SM}/http/routes/a.ts`, '../../profile/trash.ts'],
  [`${SM}/http/routes/b.ts`, '../../state/state-store.ts'],
  [`${SM}/http/b.ts`, 'puppeteer-core'],
  [`${SM}/engine/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/engine/browser/a.ts`, 'whatsapp-web.js'],
  [`${SM}/engine/a.ts`, 'fastify'],
  [`${SM}/engine/wwebjs/a.ts`, '../../state/state-store.ts'],
  [`${SM}/profile/a.ts`, '../engine/engine.ts'],
  [`${SM}/profile/b.ts`, '../lifecycle/machine.ts'],
  [`${SM}/profile/c.ts`, '../snapshots/take.ts'],
  [`${SM}/profile/c.ts`, '../context.ts'],
  [`${SM}/state/a.ts`, '../profile/paths.ts'],
  [`${SM}/process/a.ts`, '../profile/paths.ts'],
  [`${SM}/config/a.ts`, '../engine/engine.ts'],
  [`${SM}/snapshots/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/snapshots/b.ts`, '../http/server.ts'],
  [`${SM}/transfer/a.ts`, '../lifecycle/supervisor.ts'],
  [`${SM}/transfer/b.ts`, '../http/server.ts'],
  [`${SM}/builds/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/builds/b.ts`, '../http/server.ts'],
  [`${SM}/disk/a.ts`, '../lifecycle/machine.ts'],
  [`${SM}/disk/b.ts`, '../http/server.ts'],
  [`${KIT}/http/a.ts`, '@leadmaster/session-manager'],
  [`${KIT}/http/a.ts`, '../sqlite/database.ts'],
  [`${KIT}/http/a.ts`, '@leadmaster/vault'],
  [`${KIT}/log/a.ts`, 'fastify'],
  [`${KIT}/settings/a.ts`, 'better-sqlite3'],
  [`${KIT}/sqlite/a.ts`, '../http/app.ts'],
  [`${KIT}/wait/a.ts`, '../log/log.ts'],
  [`${KIT}/wait/a.ts`, '@leadmaster/protocol'],
  ['packages/cli/src/a.ts', '@leadmaster/whatsapp-standin'],
  ['packages/cli/src/b.ts', 'whatsapp-web.js'],
  ['packages/cli/src/b.ts', 'fastify'],
  ['packages/cli/src/commands/a.ts', '../../../session-manager/src/config/env.ts'],
  ['packages/cli/test/a.test.ts', '../../vault/src/vault.ts'],
  ['packages/vault/src/a.ts', '@leadmaster/session-manager'],
  ['packages/vault/src/b.ts', '@leadmaster/testkit'],
  ['packages/vault/src/a.ts', '@aws-sdk/client-s3'],
  ['packages/vault/src/store/a.ts', 'better-sqlite3'],
  ['packages/whatsapp-standin/src/a.ts', '@leadmaster/session-manager'],
  ['packages/capture/src/a.ts', '@leadmaster/session-manager'],
  ['packages/capture/src/b.ts', '@leadmaster/vault'],
  ['packages/capture/src/freeze/a.ts', 'puppeteer-core'],
  ['packages/vault-auth/src/a.ts', '@leadmaster/session-manager'],
  ['packages/client/src/a.ts', 'node:http'],
  ['packages/client/src/a.ts', '@leadmaster/vault'],
  ['scripts/a.mjs', 'vitest'],
];

const ALLOWED: readonly [file: string, imported: string][] = [
  ['packages/protocol/src/a.ts', 'zod'],
  ['packages/protocol/src/b.ts', './errors.ts'],
  [`${SM}/a.ts`, './http/server.ts'],
  [`${SM}/http/routes/a.ts`, '../../lifecycle/sessions.ts'],
  [`${SM}/lifecycle/a.ts`, '../engine/engine.ts'],
  [`${SM}/lifecycle/a.ts`, './machine.ts'],
  [`${SM}/lifecycle/machine.ts`, '@leadmaster/protocol'],
  [`${SM}/engine/wwebjs/a.ts`, 'whatsapp-web.js'],
  [`${SM}/snapshots/a.ts`, '../profile/paths.ts'],
  [`${SM}/http/a.ts`, '@leadmaster/service-kit/http'],
  [`${KIT}/http/a.ts`, '../wait/slots.ts'],
  [`${SM}/version.ts`, '../package.json'],
  ['packages/vault/src/a.ts', '@leadmaster/protocol'],
  ['packages/client/src/a.ts', '@leadmaster/protocol'],
  ['packages/capture/src/a.ts', '@leadmaster/protocol/errors'],
  ['packages/vault-auth/src/a.ts', '@leadmaster/capture/processes'],
  ['packages/vault-auth/src/b.ts', 'whatsapp-web.js'],
  ['packages/cli/src/a.ts', '@leadmaster/session-manager/config'],
  ['packages/cli/test/a.test.ts', '@leadmaster/testkit'],
  ['packages/cli/test/a.test.ts', '../../session-manager/test/real/harness.ts'],
  ['packages/vault/test/a.test.ts', 'vitest'],
  ['scripts/a.mjs', 'node:fs'],
];

/** A file of a room: the room itself, or one inside. */
const fileIn = ({ room }: Room): string => (room.endsWith('.ts') ? room : `${room}/planted.ts`);
const product = ROOMS.filter((row) => row.development !== true && row.room.startsWith('packages/'));

describe('the layers', () => {
  test.each(FORBIDDEN)('%s does not import %s', (file, imported) => {
    expect(plant(file, importing(imported))).toHaveLength(1);
  });

  test.each(ALLOWED)('%s may import %s', (file, imported) => {
    expect(plant(file, importing(imported))).toEqual([]);
  });

  test('hold every room of product code: nothing from above, undeclared, around exports or computed', () => {
    const inside = product.filter(({ room }) => room.startsWith(`${SM}/`));
    const up = (row: Room): string =>
      `${'../'.repeat(fileIn(row).split('/').length - 4)}context.ts`.replace(/^c/, './c');
    const missed = [
      ...inside.filter((row) => plant(fileIn(row), importing(up(row))).length === 0),
      ...product.filter((row) => plant(fileIn(row), importing('left-pad')).length === 0),
      ...product.filter((row) => plant(fileIn(row), importing('@leadmaster/testkit')).length === 0),
      ...product.filter((row) => plant(fileIn(row), 'export const a = (x: string) => import(x);').length === 0),
    ];
    expect(missed.map(({ room }) => room)).toEqual([]);
  });

  test('say file, line and reason', () => {
    const [problem] = plant(`${SM}/engine/a.ts`, `\n\n${importing('../lifecycle/machine.ts')}`);
    expect(problem).toEqual({
      where: `${SM}/engine/a.ts:3`,
      what: `'../lifecycle/machine.ts' is not for ${SM}/engine. An engine knows browsers, not sessions.`,
    });
  });

  test('ask for a row where a folder or a package is new, and one row is all', () => {
    const room = `${SM}/billing`;
    const text = importing('../profile/paths.ts');
    expect(plant(`${room}/a.ts`, text)[0]?.what).toContain('has no row');
    expect(plant('packages/new/src/a.ts', '', { manifest: { name: '@leadmaster/new' } })[0]?.what).toContain(
      'has no row',
    );
    const after = ROOMS.findIndex((row) => row.room === `${SM}/lifecycle`) + 1;
    const rooms = ROOMS.toSpliced(after, 0, { room, rooms: ['profile'], why: 'It asks of profiles.' });
    expect(plant(`${room}/a.ts`, text, { rooms })).toEqual([]);
    expect(plant(`${SM}/lifecycle/a.ts`, importing('../billing/a.ts'), { rooms })).toEqual([]);
    expect(plant(`${room}/a.ts`, importing('../lifecycle/machine.ts'), { rooms })).toHaveLength(1);
  });
});

describe('what is not declared', () => {
  const manifest = { name: '@leadmaster/vault', dependencies: { zod: '1' }, devDependencies: { pino: '1' } };

  test('is found in product code, where a devDependency does not count', () => {
    const wrong = plant('packages/vault/src/a.ts', importing('pino/file'), { manifest });
    expect(wrong[0]?.what).toBe('pino is not declared. Add it to packages/vault/package.json.');
    expect(plant('packages/vault/src/a.ts', importing('zod/v4'), { manifest })).toEqual([]);
  });

  test('is found in tests, where it does', () => {
    expect(plant('packages/vault/test/a.ts', importing('pino'), { manifest })).toEqual([]);
    expect(plant('packages/vault/test/a.ts', importing('ws'), { manifest })).toHaveLength(1);
  });

  test('is found among the packages of the workspace too', () => {
    expect(plant('packages/vault/src/a.ts', importing('@leadmaster/protocol'), { manifest })).toHaveLength(1);
  });
});

describe('the table', () => {
  test('has rows for what there is alone, points down alone, and allows what is used alone', () => {
    expect(checkTable(CHECKOUT, RULES)).toEqual([]);
  });

  test.each<[string, Room]>([
    ['points up', { room: `${SM}/config`, rooms: ['http'], why: '' }],
    ['points at a package above', { room: 'packages/vault/src', packages: ['cli'], why: '' }],
    ['names a room that there is not', { room: `${SM}/config`, rooms: ['cellar'], why: '' }],
    ['allows what no file of it imports', { room: 'packages/vault/src', packages: ['protocol', 'capture'], why: '' }],
    ['stands for no file', { room: `${SM}/cellar`, why: '' }],
  ])('is refused when a row %s', (_, row) => {
    const rooms = [...ROOMS.filter(({ room }) => room !== row.room), row];
    expect(checkTable(CHECKOUT, { ...RULES, rooms }).map(({ where }) => where)).toContain(row.room);
  });
});
