import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Client } from '@leadmaster/client';
import { ADMIN_KEY } from '@leadmaster/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../../../central-hub/test/hub.ts';
import { Phones, phoneOf } from '../../src/demo/phones.ts';
import { SideDesk } from '../../src/demo/side-desk.ts';

/** The control API of a stand-in that answers each path with what is given, and notes what it was asked. */
async function playedPhones(answers: Record<string, unknown>) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const answer = answers[request.url ?? ''];
    request.resume();
    response.writeHead(answer === undefined ? 409 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer ?? { error: { code: 'stale_qr', message: 'this QR has expired' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, phones: new Phones(`http://127.0.0.1:${(server.address() as AddressInfo).port}`) };
}

async function deskOver(answers: Record<string, unknown>, clients: Promise<string | null> = Promise.resolve(null)) {
  const { asked, phones } = await playedPhones(answers);
  const desk = new SideDesk(phones);
  const hub = await hubOver(['server-1'], { hostRoutes: desk.routes });
  const open = (): void =>
    desk.open({
      hub: new Client({ url: `http://127.0.0.1:${hub.port}`, key: () => ADMIN_KEY }),
      managers: {},
      clients,
    });
  return { ...hub, asked, open, act: (body: object) => hub.ask('/demo/acts', { body }) };
}

test('the desk refuses what it does not know, and says so while the demo starts', async () => {
  const { ask, act, open } = await deskOver({});
  expect(await ask('/demo/phones')).toMatchObject({ status: 503, json: { code: 'not_ready' } });
  open();
  for (const body of [
    { act: 'explode' },
    { act: 'scan' },
    { act: 'scan', session: '../x' },
    { act: 'write', session: 'a' },
  ])
    expect([body, (await act(body)).json.code]).toEqual([body, 'invalid_request']);
});

test('a scan is of the QR that the session shows, and a refusal of the phone is told as such', async () => {
  const number = phoneOf('ventas');
  const desk = await deskOver({ [`/phones/${number}/unlink`]: {} });
  desk.open();
  await desk.managers['server-1']?.given('ventas', 'QR_REQUIRED');
  await desk.until('ventas', 'QR_REQUIRED');
  expect(await desk.act({ act: 'scan', session: 'ventas' })).toMatchObject({
    status: 422,
    json: { code: 'unprocessable', detail: expect.stringContaining('this QR has expired') },
  });
  expect(await desk.act({ act: 'unlink', session: 'ventas' })).toMatchObject({ status: 200 });
  expect(desk.asked).toEqual([`POST /phones/${number}/scan`, `POST /phones/${number}/unlink`]);
  expect((await desk.act({ act: 'scan', session: 'nadie' })).json.code).toBe('session_not_found');
});

test('whether the clients are there is told once it is known', async () => {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const { ask, open } = await deskOver({}, promise);
  open();
  const told = ask('/demo/clients');
  expect(await Promise.race([told, ask('/demo/phones')])).toMatchObject({ status: 422 });
  resolve('ventas is not there within 120 s.');
  const detail = 'The clients of the demo are not all there: ventas is not there within 120 s.';
  expect(await told).toMatchObject({ status: 503, json: { code: 'not_ready', detail } });
});
