import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hubOver } from '../../central-hub/test/hub.ts';
import { tempFolder } from './harness.ts';
import { exitOf } from './launch/fake-checkout.ts';

const pageOf = (name: string) => readFile(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** The blocks of a page in that language. */
function blocksOf(page: string, language: string): string[] {
  const blocks = page.split('```').filter((_, at) => at % 2 === 1);
  return blocks.filter((block) => block.startsWith(`${language}\n`)).map((block) => block.slice(language.length + 1));
}

/** A webhook that refuses the first thing it is told, and notes the rest. */
async function webhook(): Promise<{ url: string; told: { id: number; type: string }[] }> {
  const told: { id: number; type: string }[] = [];
  let isFirst = true;
  const server = createServer(async (request, response) => {
    const parts = await request.toArray();
    if (!isFirst) told.push(JSON.parse(Buffer.concat(parts).toString('utf8')));
    response.writeHead(isFirst ? 503 : 200).end();
    isFirst = false;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/whatsapp`, told };
}

test("the page's script posts every event to a webhook, insists, and continues where it was after a restart", async () => {
  const [script = ''] = blocksOf(await pageOf('http.md'), 'js');
  const folder = tempFolder();
  await writeFile(join(folder, 'forward.mjs'), script);
  const hub = await hubOver(['m1']);
  const { url, told } = await webhook();
  const env = { HUB: `http://127.0.0.1:${hub.port}`, KEY: await hub.tenant('sur'), WEBHOOK: url };
  const forward = () => {
    const child = spawn(process.execPath, ['forward.mjs'], { cwd: folder, env });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child;
  };
  const make = (name: string) => hub.ask('/v1/sessions', { body: { name, start: false }, key: env.KEY });
  await make('ventas');
  const first = forward();
  await expect.poll(() => told.map(({ type }) => type), { timeout: 20_000 }).toEqual(['session.created']);
  first.kill('SIGKILL');
  await exitOf(first);
  await make('caja');
  forward();
  await expect.poll(() => told.length, { timeout: 20_000 }).toBe(2);
  expect(told[1]?.id).toBeGreaterThan(told[0]?.id ?? 0);
});

test('the Spanish page has the same script and the same commands', async () => {
  const [english, spanish] = await Promise.all(['http.md', 'http.es.md'].map(pageOf));
  const commandsOf = (page = '') => blocksOf(page, 'sh').map((block) => block.replaceAll(/ +# .*/g, ''));
  expect(blocksOf(spanish ?? '', 'js')).toEqual(blocksOf(english ?? '', 'js'));
  expect(commandsOf(spanish)).toEqual(commandsOf(english));
});
