import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { of } from '@leadmaster/testkit/asking';
import { freePort } from '@leadmaster/testkit/free-port';
import { expect, test } from 'vitest';
import { findBrowser } from '../../src/engine/browser/find.ts';
import { Container, canIsolate } from './container.ts';
import { ServiceStage } from './service.ts';

const ANA = '5491100000001';
const mayIsolate = await canIsolate();
if (!mayIsolate) console.info('namespaces are not permitted here: two containers on one volume are not proven');
// With its SingletonLock, which the headless shell does not have.
const chromium = await findBrowser({ chromePath: null, visible: true }).catch(() => null);

test.skipIf(!mayIsolate)(
  'two containers on one volume: one owner, and a killed one is followed by one of another name, without a QR',
  { timeout: 120_000 },
  async () => {
    await using stage = await ServiceStage.open({ env: chromium === null ? {} : { CHROME_PATH: chromium.path } });
    await using first = new Container(stage.env, 'first', { outlives: true });
    stage.service = first;
    await first.start();
    await stage.link('ventas', ANA);
    const [browser = 0] = stage.browsers('ventas');

    const env = { ...stage.env, SESSION_MANAGER_PORT: String(await freePort()) };
    const second = new Container(env, 'second', { outlives: false });
    second.spawn();
    await second.ended();
    expect(second.said).toMatch(/data folder .* is in use by pid \d on host first/);
    expect(await first.session('ventas')).toMatchObject({ state: 'READY' });

    // A browser that stands still does not notice that its service is gone; nor is it seen from another container.
    process.kill(browser, 'SIGSTOP');
    first.killService();
    stage.service = second;
    await second.start();
    const refused = await second.until('ventas', 'ERROR', 'profile_in_use');
    expect(refused.hint).toContain('in another container');
    expect(stage.browsers('ventas')).toEqual([browser]);

    await first.end('SIGKILL');
    const moment = new Date();
    await second.call('startSession', of('ventas'));
    await second.untilReadyAgain('ventas', moment);
    expect(stage.accusations()).toEqual([]);
    if (chromium !== null)
      expect(await readlink(join(stage.dataDir, 'tokens/ventas/SingletonLock'))).toMatch(/^second-\d/);
    expect(await second.end('SIGTERM')).toBe(0);
  },
);
