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
  const rows = [
    ['address', `${client.url}   ${dim(`API: ${client.url}/docs`)}`],
    ['key', config.adminKey === null ? adminKeyFile(config.dataDir) : 'LEADMASTER_ADMIN_KEY'],
    ['data', config.dataDir],
    ...(browser === null
      ? []
      : [['browser', `${browser.product} ${browser.version} (${browser.kind})  ${dim(browser.path)}`]]),
    ['login', `LOGIN_MODE=${config.loginMode}`],
  ];
  cli.print.line(`\n${bold('LeadMaster is running.')}`);
  for (const [label = '', value = ''] of rows) cli.print.line(`  ${label.padEnd(8)} ${value}`);
  const now =
    items.length === 0
      ? `There is no session yet. In another terminal: ${await firstStep(client)}`
      : sessionTable(cli.print, items);
  cli.print.line(`\n${now}\n`);
  cli.print.data({ url: client.url, dataDir: config.dataDir, browser, sessions: items });
}
