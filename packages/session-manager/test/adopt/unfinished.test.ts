import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOGIN_STORES } from '@leadmaster/capture/classify';
import type { SessionState } from '@leadmaster/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Adopter } from '../../src/adopt/adopter.ts';
import { prepareDataFolder } from '../../src/profile/data-folder.ts';
import { dataPaths } from '../../src/profile/paths.ts';
import { NAME, type Opened, openSessions } from '../lifecycle/linked-session.ts';
import { putProfile } from './profiles.ts';

const LOG = `${LOGIN_STORES.indexedDb}/000003.log`;
const TORN = Buffer.from([1, 2, 3, 4, 60, 0, 1]);

let folder: string;
let opened: Opened;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leadmaster-unfinished-'));
});

afterEach(async () => {
  await opened.sessions.close();
  opened.store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A session that was adopted, with a log that ends in an unfinished record or in a whole one; its browser has started. */
async function adopted(
  mode: 'copy' | 'move' | undefined,
  end = TORN,
  loginMode: 'qr' | 'server' = 'qr',
): Promise<void> {
  const dataDir = join(folder, 'data');
  prepareDataFolder(dataPaths(dataDir));
  opened = await openSessions(dataDir, { env: { LOGIN_MODE: loginMode } });
  await opened.sessions.load();
  const { access, registry, profiles } = opened;
  const paths = dataPaths(dataDir);
  const adopter = new Adopter({
    ...{ paths, profiles, access, minFreeBytes: 0, log: pino({ level: 'silent' }) },
    adoptInPlace: (session) => registry.adopt(session),
    movedGeneration: () => null,
    browserVersion: async () => '156.0.0.0',
  });
  const path = await putProfile(mode === undefined ? paths.session(NAME) : join(folder, 'bot'));
  await appendFile(join(path, LOG), end);
  await adopter.adopt({ name: NAME, path, ...(mode === undefined ? {} : { mode }), originRetired: true });
  await started();
}

async function started(): Promise<void> {
  const before = opened.engine.runs.length;
  await opened.sessions.start(NAME);
  await vi.waitFor(() => expect(opened.engine.runs).toHaveLength(before + 1));
}

async function until(state: SessionState): Promise<void> {
  await vi.waitFor(async () => expect(await opened.sessions.get(NAME)).toMatchObject({ state }));
}

/** What was told of the end of the login. */
function told() {
  const events = opened.store.events.after(0, 1000).filter((event) => event.type === 'session.state');
  const over = events
    .map(({ data }) => data)
    .filter(({ to }) => ['DISCONNECTED_LOGOUT', 'AUTH_FAILURE'].includes(`${to}`));
  return over.at(-1);
}

describe('a login that was adopted with an unfinished record', () => {
  test.each(['copy', 'move', undefined] as const)(
    'and is not taken by WhatsApp is not told as unlinked (%s)',
    async (mode) => {
      await adopted(mode);
      opened.engine.run.showQr();
      await vi.waitFor(() => expect(told()).toBeDefined());
      expect(told()).toMatchObject({ reason: 'adopted_unfinished', detail: expect.stringContaining(LOG) });
      expect(told()?.hint).toMatch(/unfinished record.*not known.*qr ventas/);
      expect(told()?.hint).not.toMatch(/was unlinked\./);
    },
  );

  test('and that WhatsApp ends before READY is not told as unlinked, for any wording of the library', async () => {
    await adopted('copy');
    opened.engine.run.tell({ type: 'authenticated' });
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await vi.waitFor(() => expect(told()?.reason).toBe('adopted_unfinished'));
  });

  test('is told the reason that WhatsApp itself gives', async () => {
    await adopted('copy');
    opened.engine.run.tell({ type: 'unlinked', reason: 'terms_refused' });
    await vi.waitFor(() => expect(told()?.reason).toBe('terms_refused'));
  });

  test.each([
    ['a QR', 'AUTH_FAILURE', (): void => opened.engine.run.showQr()],
    ['an unlink', 'DISCONNECTED_LOGOUT', (): void => opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' })],
  ] as const)(
    'is not told as unlinked where nothing is linked again (LOGIN_MODE=server), after %s',
    async (_, state, end) => {
      await adopted('copy', TORN, 'server');
      end();
      await until(state);
      const session = await opened.sessions.get(NAME);
      expect(session).toMatchObject({ reason: 'adopted_unfinished', hint: expect.stringMatching(/unfinished record/) });
      expect(session.hint).not.toMatch(/was unlinked\.|no longer knows/);
    },
  );

  test('is known by that across a start that came to nothing', async () => {
    await adopted('copy');
    await opened.sessions.stop(NAME);
    await started();
    opened.engine.run.showQr();
    await vi.waitFor(() => expect(told()?.reason).toBe('adopted_unfinished'));
  });

  test.each(['copy', undefined] as const)('is one like any other once WhatsApp has taken it (%s)', async (mode) => {
    await adopted(mode);
    opened.engine.run.login();
    await until('READY');
    opened.engine.run.tell({ type: 'unlinked', reason: 'LOGOUT' });
    await vi.waitFor(() => expect(told()?.reason).toBe('unlinked'));
  });

  test('and taken by WhatsApp is told as unlinked while off, later', async () => {
    await adopted('copy');
    opened.engine.run.login();
    await until('READY');
    await opened.sessions.stop(NAME);
    await started();
    opened.engine.run.showQr();
    await vi.waitFor(() => expect(told()?.reason).toBe('unlinked_while_off'));
  });
});

test('a login that was adopted whole, and that WhatsApp does not take, was unlinked', async () => {
  await adopted('copy', Buffer.alloc(0));
  opened.engine.run.showQr();
  await vi.waitFor(() => expect(told()?.reason).toBe('unlinked_while_off'));
});
