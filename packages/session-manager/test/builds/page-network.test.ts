import { type StandinOptions, startStandin } from '@leadmaster/whatsapp-standin';
import { expect, onTestFinished, test } from 'vitest';
import { eagerScripts, readBuild, readKnobs } from '../../src/builds/page-facts.ts';
import { pageNetwork } from '../../src/builds/page-network.ts';

const URL = 'https://web.whatsapp.com/';
const agent = async (): Promise<string> => 'Mozilla/5.0 Chrome/150.0.0.0';
const soon = (): AbortSignal => AbortSignal.timeout(5_000);

async function world(options: StandinOptions = {}) {
  const standin = await startStandin(options);
  onTestFinished(() => standin.close());
  return standin;
}

test('WhatsApp is reached as the browsers reach it, and its page is read', async () => {
  const { chromeArgs, settings } = await world();
  const answer = await pageNetwork(chromeArgs, agent).ask('GET', URL, soon());
  expect(answer?.status).toBe(200);
  expect(readBuild(answer?.body ?? '')).toBe(settings.page.version);
  expect(readKnobs(answer?.body ?? '')).toMatchObject({ 'model-storage': settings.page.schema });
});

test('a script that was removed is told from one that is there', async () => {
  const { chromeArgs, faults, settings } = await world();
  const network = pageNetwork(chromeArgs, agent);
  const page = await network.ask('GET', URL, soon());
  const [script] = eagerScripts(page?.body ?? '', URL);
  if (script === undefined) throw new Error('the page has no scripts');
  expect(await network.ask('HEAD', script, soon())).toMatchObject({ status: 200 });
  await faults.set({ assetsGone: [settings.page.version] });
  expect(await network.ask('HEAD', script, soon())).toMatchObject({ status: 404 });
});

test('what cannot be asked has no answer: another host, another certificate, a proxy', async () => {
  const { chromeArgs } = await world();
  expect(await pageNetwork(chromeArgs, agent).ask('GET', 'https://static.whatsapp.net/a.js', soon())).toBeNull();
  const stranger = chromeArgs.map((arg) => arg.replace(/(spki-list=).*/, '$1AAAA'));
  expect(await pageNetwork(stranger, agent).ask('GET', URL, soon())).toBeNull();
  const proxied = [...chromeArgs, '--proxy-server=http://proxy:3128'];
  expect(await pageNetwork(proxied, agent).ask('GET', URL, soon())).toBeNull();
});
