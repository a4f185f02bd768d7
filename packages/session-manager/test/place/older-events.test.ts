import { rename } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Aged, aged, putBackAged } from './aged.ts';
import { asHost } from './hostname.ts';
import { STARTS, VAULT_WAITS } from './installation.ts';

const HOST = 'as-it-is-called-now';

const EVENTS: [string, (aged: Aged) => Promise<void>][] = [
  [
    'its folder renamed',
    async ({ folder, here }) => {
      const renamed = join(folder, 'renamed');
      await rename(here.dataDir, renamed);
      here.dataDir = renamed;
    },
  ],
  ['another hostname', async () => asHost(HOST)],
];

describe.each(EVENTS)('with %s', (what, event) => {
  test('a folder that knows what its vault holds starts by itself, again and again', async () => {
    const made = await aged();
    await event(made);
    expect(await made.here.start()).toMatchObject([STARTS, STARTS]);
    const id = await made.here.snapshot('ventas');
    const [newest] = (await made.here.context.snapshots.list('ventas')).items;
    const host = what === 'another hostname' ? HOST : hostname();
    expect(newest).toMatchObject({ id, writtenBy: { isHere: true, host } });
    expect(await made.here.restart()).toMatchObject([STARTS, STARTS]);
    expect((await made.here.context.sessions.get('ventas')).lastSnapshot).toMatchObject({ id });
  });

  test('a folder of last week waits for a vault of today, session by session', async () => {
    const made = await putBackAged();
    await event(made);
    expect(await made.here.start()).toMatchObject([STARTS, VAULT_WAITS]);
    expect(await made.here.restart()).toMatchObject([STARTS, VAULT_WAITS]);
    await made.here.context.sessions.start('ventas', { olderLogin: true });
    expect(await made.here.restart()).toMatchObject([STARTS, STARTS]);
  });
});
