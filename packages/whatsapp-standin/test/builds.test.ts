import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { afterEach, expect, test } from 'vitest';
import { DRIFTS, driftTable, type World } from '../src/index.ts';
import { Bench } from './browser.ts';

const bench = new Bench();
afterEach(() => bench.end());

interface Answer {
  readonly status: number;
  readonly date: string;
  readonly body: string;
}

/** Gets a path of web.whatsapp.com without a browser. */
function get(world: World, path = '/', userAgent = 'Mozilla/5.0 Chrome/140.0.0.0'): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { Host: 'web.whatsapp.com', 'User-Agent': userAgent };
  request(new URL(path, world.pageUrl), { ca: world.certificate, checkServerIdentity: () => undefined, headers })
    .on('error', reject)
    .on('response', (response) => {
      const chunks: string[] = [];
      response.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, date: response.headers.date ?? '', body: chunks.join('') }),
      );
    })
    .end();
  return promise;
}

test('the page says which build it is, as WhatsApp’s does', async () => {
  const world = await bench.world();
  const { body } = await get(world);
  expect(body).toContain('"client_revision":1047935283');
  expect(body).toContain('"push_phase":"C3"');
  expect(body).toContain('"1617":{"r":201}');
  expect(body).toContain('data-btmanifest="1047935283_main"');
  world.configure({ page: { date: 'april' } });
  expect((await get(world)).body).toContain('"1617":{"r":194}');
});

test('the newest build is served, or each in its turn', async () => {
  const builds = [{ version: '2.3000.9' }, { version: '2.3000.10', schema: 300, drifts: ['media-id'] }];
  const world = await bench.world({ page: { builds } });
  const revision = async () => /client_revision":(\d+)/.exec((await get(world)).body)?.[1];
  expect([await revision(), await revision()]).toEqual(['10', '10']);
  expect((await get(world)).body).toContain('"1617":{"r":300}');
  world.configure({ page: { drifts: ['versions-mixed'] } });
  expect([await revision(), await revision()].sort()).toEqual(['10', '9']);
  const update = await get(world, '/check-update?version=2.3000.9&platform=web');
  expect(JSON.parse(update.body)).toMatchObject({ isBroken: false, isBelowHard: false });
});

test('a browser that is not liked gets words; scripts of a version can be gone; the clock can be wrong', async () => {
  const world = await bench.world({ page: { drifts: ['unsupported-browser'] } });
  expect((await get(world, '/', 'HeadlessChrome/140')).body).toContain('WhatsApp works with Google Chrome 100+');
  const { body } = await get(world);
  const main = /src="([^"]+main\.js)"/.exec(body)?.[1] ?? '';
  expect((await get(world, main)).status).toBe(200);
  await world.faults.set({ assetsGone: [world.settings.page.version], clockSkewMs: -3_600_000 });
  const gone = await get(world, main);
  expect(gone.status).toBe(404);
  expect(Math.abs(Date.parse(gone.date) - (Date.now() - 3_600_000))).toBeLessThan(5_000);
  await world.phone('5491100000002').send('5491100000001', 'an hour ago');
  expect(world.phone('5491100000001').inbox[0]?.t).toBeLessThan(Date.now() / 1000 - 3_500);
});

test('the readme has the table of drifts', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(driftTable());
});

test('a drift that does not exist is refused with names that come near', async () => {
  const world = await bench.world();
  const configure = async (page: unknown) => {
    const response = await fetch(`${world.controlUrl}/configure`, { method: 'POST', body: JSON.stringify({ page }) });
    return { status: response.status, text: await response.text() };
  };
  expect(await configure({ drifts: ['pass-key'] })).toMatchObject({ status: 400 });
  expect((await configure({ drifts: ['paskey'] })).text).toContain('near it are: passkey');
  expect((await configure({ drifts: ['logout-reason=7'] })).text).toContain('its value is 0, 1, 2, 3');
  expect(await configure({ date: 'april', drifts: ['-lid'], speed: 60 })).toMatchObject({ status: 200 });
  const drifts = (await (await fetch(`${world.controlUrl}/drifts`)).json()) as { name: string; kind: string }[];
  expect(drifts.map(({ name }) => name)).toEqual(Object.keys(DRIFTS));
});
