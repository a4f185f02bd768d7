import { cp, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import wwebjs from 'whatsapp-web.js';
import { endProgram, linkProgram, startProgram, throughRemoteAuth } from './foreign-programs.ts';
import { Stage } from './harness.ts';

const ANA = '5491100000001';

/** Logins that were linked by programs of their own, with unmodified whatsapp-web.js: READY here without a QR. */
describe('what other programs have kept', { timeout: 120_000 }, () => {
  let stage: Stage;
  let folder: string;

  beforeEach(async () => {
    stage = await Stage.open();
    await stage.start();
    folder = await mkdtemp(join(tmpdir(), 'leadmaster-foreign-'));
  });

  afterEach(async () => {
    await stage[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** A program with LocalAuth links an account in a folder, and ends. Returns its profile. */
  async function linkedBy(dataPath: string, clientId?: string): Promise<string> {
    const strategy = new wwebjs.LocalAuth({ dataPath, ...(clientId === undefined ? {} : { clientId }) });
    const client = await startProgram(stage.world, strategy);
    const profile = join(dataPath, clientId === undefined ? 'session' : `session-${clientId}`);
    await linkProgram(client, stage.world, ANA);
    await endProgram(client, profile);
    return profile;
  }

  async function ready(name: string, originRetired = false): Promise<void> {
    await stage.sessions.start(name, { originRetired });
    await stage.until(name, 'READY');
    expect((await stage.path(name)).filter((step) => step.startsWith('QR_REQUIRED'))).toEqual([]);
    expect((await stage.sessions.get(name)).account?.phone).toBe(ANA);
    expect(stage.clones()).toEqual([]);
  }

  test('LocalAuth, by move: refused while its browser runs, READY once it has ended', async () => {
    const dataPath = join(folder, '.wwebjs_auth');
    const client = await startProgram(stage.world, new wwebjs.LocalAuth({ dataPath, clientId: 'bot' }));
    const profile = join(dataPath, 'session-bot');
    const wanted = { name: 'ventas', path: dataPath, mode: 'move' } as const;
    try {
      await linkProgram(client, stage.world, ANA);
      // The headless shell leaves no lock: what it holds open says it.
      await expect(stage.context.adoption.adopt(wanted)).rejects.toMatchObject({
        code: 'adopt_refused',
        message: expect.stringMatching(/in use by pid/),
      });
    } finally {
      await endProgram(client, profile);
    }
    const session = await stage.context.adoption.adopt(wanted);
    expect(session).toMatchObject({
      state: 'STOPPED',
      originRetired: true,
      adopted: { kind: 'local_auth', path: profile },
    });
    await expect(stat(profile)).rejects.toMatchObject({ code: 'ENOENT' });
    await ready('ventas');
  });

  test('LocalAuth without a client id, by copy: the copy waits for the word; the folder stays', async () => {
    const profile = await linkedBy(join(folder, '.wwebjs_auth'));
    const session = await stage.context.adoption.adopt({ name: 'ventas', path: profile, mode: 'copy' });
    expect(session).toMatchObject({ state: 'STOPPED', originRetired: false });
    await expect(stage.sessions.start('ventas')).rejects.toMatchObject({ code: 'origin_not_retired' });
    expect(await readdir(profile)).toContain('Default');
    await ready('ventas', true);
  });

  test("the report's tokens/admin, in place and from elsewhere", async () => {
    const old = join(folder, 'session-manager/tokens');
    await cp(await linkedBy(join(folder, 'work')), join(old, 'admin'), { recursive: true });
    await rm(join(folder, 'work'), { recursive: true });
    const moved = await stage.context.adoption.adopt({ name: 'ventas', path: join(old, 'admin'), mode: 'move' });
    expect(moved.adopted.kind).toBe('profile');
    await ready('ventas');
  });

  test('RemoteAuth, unzipped by its own code', async () => {
    const profile = await linkedBy(join(folder, '.wwebjs_auth'), 'bot');
    const unzipped = await throughRemoteAuth(profile, folder);
    const session = await stage.context.adoption.adopt({
      name: 'ventas',
      path: unzipped,
      mode: 'copy',
      originRetired: true,
    });
    expect(session).toMatchObject({ originRetired: true, adopted: { kind: 'remote_auth', chromium: null } });
    await ready('ventas');
  });

  test('WAHA, whose webjs engine is LocalAuth in a folder of its own', async () => {
    const profile = await linkedBy(join(folder, '.sessions/webjs'), 'default');
    const session = await stage.context.adoption.adopt({
      name: 'ventas',
      path: join(folder, '.sessions'),
      mode: 'move',
    });
    expect(session.adopted).toMatchObject({ kind: 'waha', path: profile });
    await ready('ventas');
  });
});

/** From one manager to another as a file. */
describe('a session in one file', { timeout: 120_000 }, () => {
  test('is READY where it is imported, once it was given up where it came from', async () => {
    await using stage = await Stage.open();
    await stage.start();
    await stage.link('ventas', ANA);
    await stage.sessions.stop('ventas');
    const passphrase = 'caballo batería grapa';
    const { snapshots } = stage.context;
    const { id } = await snapshots.create('ventas', { reason: 'requested' });
    const { bytes } = await snapshots.export('ventas', id, { passphrase });
    const file = Buffer.concat(await Array.fromAsync(bytes));
    await snapshots.retire('ventas', id);
    const pieces = async function* (): AsyncGenerator<Buffer> {
      for (let at = 0; at < file.length; at += 65_536) yield file.subarray(at, at + 65_536);
    };
    const wanted = { passphrase, originRetired: true, replace: false, overwriteNewer: false, start: true };
    await snapshots.import('soporte', pieces(), wanted);
    await stage.until('soporte', 'READY');
    expect(await stage.path('soporte')).not.toContainEqual(expect.stringMatching(/^QR_REQUIRED/));
    expect(await stage.sessions.get('ventas')).toMatchObject({ state: 'MOVED' });
    expect(stage.clones()).toEqual([]);
  });
});
