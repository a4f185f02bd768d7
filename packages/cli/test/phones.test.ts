import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Phones } from '../src/demo/phones.ts';

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

test('phones that are not there have done nothing', async () => {
  const phones = new Phones('http://127.0.0.1:9');
  await expect(phones.send('1', '2', 'hola')).rejects.toMatchObject({ exitCode: 6, code: 'demo_unreachable' });
});
