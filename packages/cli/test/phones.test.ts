import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { demoDir, writeDemo } from '../src/demo/demo-file.ts';
import { Phones, phoneOf } from '../src/demo/phones.ts';
import { run, tempFolder } from './harness.ts';

/** Simulated phones that hear what they are asked, and then hang up. */
async function phonesThatHangUp(): Promise<Phones> {
  const server = createServer((_request, response) => response.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return new Phones(`http://127.0.0.1:${port}`);
}

test('what was asked of a phone that hangs up may have been done; what was only read was not answered', async () => {
  const phones = await phonesThatHangUp();
  const hint = 'Look: ./leadmaster phone inbox';
  await expect(phones.send('1', '2', 'hola')).rejects.toMatchObject({ exitCode: 1, code: 'answer_lost', hint });
  await expect(phones.inbox('1')).rejects.toMatchObject({ exitCode: 6, code: 'demo_unreachable' });
});

test("a code is typed into the session's own phone, and without one its number is told", async () => {
  const asked: unknown[] = [];
  const server = createServer(async (request, response) => {
    asked.push([request.url, JSON.parse(Buffer.concat(await request.toArray()).toString('utf8'))]);
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  // The demo's folder stands beside it.
  const dataDir = join(tempFolder(), 'data');
  const controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  writeDemo(demoDir(dataDir), { pid: process.pid, port: 1, controlUrl, chromeArgs: '' });
  const cli = (line: string) => run(line.split(' '), { env: { LEADMASTER_DATA_DIR: dataDir } });

  const phone = phoneOf('ventas');
  expect((await cli('phone pair ventas')).stdout).toContain(`+${phone}`);
  expect(asked).toEqual([]);
  expect(await cli('phone pair ventas ABCD-EFGH')).toMatchObject({ code: 0 });
  expect(asked).toEqual([[`/phones/${phone}/pair`, { code: 'ABCD-EFGH' }]]);
});

test('phones that are not there have done nothing', async () => {
  const phones = new Phones('http://127.0.0.1:9');
  await expect(phones.send('1', '2', 'hola')).rejects.toMatchObject({ exitCode: 6, code: 'demo_unreachable' });
});
