import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { of } from '@leadmaster/testkit/asking';
import { describe, expect, test } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { ServiceStage } from './service.ts';

const ANA = '5491100000001';

class Folder implements AsyncDisposable {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
  static async open(name: string): Promise<Folder> {
    const folder = new Folder(await mkdtemp(join(tmpdir(), name)));
    return folder;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

describe('a machine without a UTF-8 locale', { timeout: 90_000 }, () => {
  test('runs, copies and reads sessions in a data folder whose name is not ASCII', async () => {
    await using folder = await Folder.open('sesión-ñ-');
    const locale = { LC_ALL: 'POSIX', LANG: '' };
    await using stage = await ServiceStage.open({
      env: { LEADMASTER_DATA_DIR: join(folder.path, 'datos'), ...locale },
    });
    await stage.service.start();
    await stage.link('ventas', ANA);
    const { id } = await stage.service.call('createSnapshot', of('ventas'));
    // The drill opens a copy in a browser of its own, also below the data folder.
    const params = { session: 'ventas', snapshot: id };
    const verified = await stage.service.call('verifySnapshot', { params, body: { drill: true } });
    expect(verified).toMatchObject({ ok: true });
    await stage.restart('SIGTERM');
    await stage.service.until('ventas', 'READY');
    expect(await readdir(join(folder.path, 'datos/tokens'))).toEqual(['ventas']);
  });
});

const chromium = await findBrowser({ chromePath: null, visible: true }).catch(() => null);
if (chromium === null) console.info('no full Chromium here: a TMPDIR that is too long for its socket is not proven');

describe('a temporary folder whose path is too long for a socket', { timeout: 60_000 }, () => {
  test.skipIf(chromium === null)('is passed over: the full browser starts, and the log says so', async () => {
    await using folder = await Folder.open('long-');
    const TMPDIR = join(folder.path, 'x'.repeat(80));
    await mkdir(TMPDIR);
    await using stage = await ServiceStage.open({ env: { TMPDIR, CHROME_PATH: chromium?.path } });
    await stage.service.start();
    await stage.service.firstQr('ventas');
    expect(stage.service.said).toContain('cannot be used');
    expect(await readdir(TMPDIR)).toEqual([]);
  });
});
