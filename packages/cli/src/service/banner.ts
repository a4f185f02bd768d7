import type { BrowserFound } from '@leadmaster/session-manager/browser';
import { adminKeyFile, type Config } from '@leadmaster/session-manager/config';
import type { Cli } from '../cli.ts';
import { ServiceClient } from '../client/service-client.ts';
import { firstStep, sessionTable } from '../commands/sessions.ts';

/** What a person sees when the service has started: where it is, what it runs, and what to do next. */
export async function printBanner(cli: Cli, config: Config, url: string, browser: BrowserFound | null): Promise<void> {
  const here = new URL(url);
  const client = new ServiceClient({ ...config, port: Number(here.port) });
  const { items } = await client.call('listSessions');
  const { bold, dim } = cli.print.paint;
  const { banner, running } = cli.words.service;
  const rows = [
    [banner.address, `${client.url}   ${dim(`API: ${client.url}/docs`)}`],
    [banner.key, config.adminKey === null ? adminKeyFile(config.dataDir) : 'LEADMASTER_ADMIN_KEY'],
    [banner.data, config.dataDir],
    ...(browser === null
      ? []
      : [[banner.browser, `${browser.product} ${browser.version} (${browser.kind})  ${dim(browser.path)}`]]),
    [banner.login, `LOGIN_MODE=${config.loginMode}`],
  ];
  const labelWidth = Math.max(8, ...rows.map(([label = '']) => label.length));
  cli.print.line(`\n${bold(running)}`);
  for (const [label = '', value = ''] of rows) cli.print.line(`  ${label.padEnd(labelWidth)} ${value}`);
  const now =
    items.length === 0
      ? cli.words.sessions.noneHere(await firstStep(cli.words, client))
      : sessionTable(cli.print, items);
  cli.print.line(`\n${now}\n`);
  cli.print.data({ url: client.url, dataDir: config.dataDir, browser, sessions: items });
}
