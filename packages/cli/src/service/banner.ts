import { errorText, visible } from '@leadmaster/protocol';
import { portOf } from '@leadmaster/service-kit/process';
import type { BrowserFound } from '@leadmaster/session-manager/browser';
import { adminKeyFile, type Config } from '@leadmaster/session-manager/config';
import type { Cli } from '../cli.ts';
import { ServiceClient } from '../client/service-client.ts';
import { hubHere, managerHere } from '../client/target.ts';
import { firstStep, sessionTable } from '../commands/sessions.ts';

/**
 * What the terminal shows once the service has started: where it is, what it runs, and what to do next. `isFilling`: its first sessions are
 * being made.
 */
export async function printBanner(
  cli: Cli,
  config: Config,
  { manager, hub }: { manager: string | null; hub: string | null },
  browser: BrowserFound | null,
  { isFilling = false } = {},
): Promise<void> {
  if (manager === null) return printHub(cli, config, hub ?? '');
  const client = new ServiceClient(managerHere({ ...config, port: portOf(manager) }));
  const { items } = await client.call('listSessions');
  const { dim } = cli.print.paint;
  const { banner } = cli.words.service;
  const rows = [
    ...(hub === null ? [] : [await dashboardRow(cli, config, hub), [banner.hub, addressed(cli, hub)]]),
    [hub === null ? banner.address : banner.manager, addressed(cli, client.url)],
    [banner.key, config.adminKey === null ? adminKeyFile(config.dataDir) : 'LEADMASTER_ADMIN_KEY'],
    [banner.data, config.dataDir],
    ...(browser === null
      ? []
      : [[banner.browser, `${browser.product} ${browser.version} (${browser.kind})  ${dim(browser.path)}`]]),
    [banner.login, `LOGIN_MODE=${config.loginMode}`],
  ];
  printRows(cli, rows);
  const now =
    isFilling && items.length === 0
      ? cli.words.phones.filling
      : items.length === 0
        ? cli.words.sessions.noneHere(await firstStep(cli.words, client))
        : sessionTable(cli.print, items);
  cli.print.line(`\n${now}\n`);
  cli.print.data({ url: client.url, hub, dataDir: config.dataDir, browser, sessions: items });
}

/** A hub alone: what it is asked by, and where its machines come from. */
async function printHub(cli: Cli, config: Config, hub: string): Promise<void> {
  const { banner, addMachines } = cli.words.service;
  const key = config.adminKey === null ? adminKeyFile(config.dataDir) : 'LEADMASTER_ADMIN_KEY';
  printRows(cli, [
    await dashboardRow(cli, config, hub),
    [banner.hub, addressed(cli, hub)],
    [banner.key, key],
    [banner.data, config.dataDir],
  ]);
  cli.print.line(`\n${addMachines}\n`);
  cli.print.data({ hub, dataDir: config.dataDir });
}

/** The link that signs a browser in; where the hub makes none, why. */
async function dashboardRow(cli: Cli, config: Config, hub: string): Promise<string[]> {
  const { service } = cli.words;
  const client = new ServiceClient(hubHere(config, portOf(hub), null));
  const shown = await client.call('createSignInCode').then(
    ({ url }) => `${url}   ${cli.print.paint.dim(service.signInLink)}`,
    (error: unknown) => visible(errorText(error)),
  );
  return [service.banner.dashboard, shown];
}

function addressed({ print: { paint } }: Cli, url: string): string {
  return `${url}   ${paint.dim(`API: ${url}/docs`)}`;
}

function printRows(cli: Cli, rows: readonly (readonly string[])[]): void {
  const width = Math.max(8, ...rows.map(([label = '']) => label.length));
  cli.print.line(`\n${cli.print.paint.bold(cli.words.service.running)}`);
  for (const [label = '', value = ''] of rows) cli.print.line(`  ${label.padEnd(width)} ${value}`);
}
