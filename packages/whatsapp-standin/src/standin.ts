import { Accounts } from './accounts.ts';
import { Bulk } from './bulk.ts';
import { makeCertificate, spkiHash } from './certificate.ts';
import { chromeArgs, quoteArgs } from './chrome-args.ts';
import { Clock } from './clock.ts';
import type { Connection } from './connection.ts';
import { ControlServer } from './control.ts';
import { StandinError } from './errors.ts';
import { Faults } from './faults.ts';
import { Gateway, type Services } from './gateway.ts';
import { Linking } from './linking.ts';
import { Login } from './login.ts';
import { ObservedLog } from './observed.ts';
import { DEFAULT_SETTINGS, mergeSettings, type StandinOptions } from './options.ts';
import { PageHost } from './page-host.ts';
import { Phone } from './phone.ts';
import { PostOffice } from './post-office.ts';
import type { ServerContext } from './server-context.ts';
import { StateFile, type WorldState } from './state-file.ts';
import { StoredMessages } from './stored-messages.ts';
import type { World } from './world.ts';

/** Starts a WhatsApp of one's own on loopback. */
export async function startStandin(options: StandinOptions = {}): Promise<World> {
  const stateFile = options.stateFile ? new StateFile(options.stateFile) : null;
  const kept = options.state ?? stateFile?.read() ?? null;
  const certificate = kept?.certificate ?? (await makeCertificate());
  const accounts = new Accounts();
  if (kept) accounts.fromState(structuredClone(kept.state));

  let settings = mergeSettings(DEFAULT_SETTINGS, options);
  const observed = new ObservedLog();
  const clock = new Clock(options.seed ?? 1);
  const write = (): void => stateFile?.write(certificate, accounts.toState());
  const faults = new Faults(async (now, before) => {
    observed.add('fault', null, null, { ...now });
    gateway.applyOutage(now, before);
    await pageHost.applyOutage(now, before);
  });
  const context: ServerContext = {
    accounts,
    observed,
    faults,
    clock,
    connections: new Set<Connection>(),
    settings: () => settings,
    changed: () => stateFile?.plan(write),
  };
  const postOffice = new PostOffice(context);
  const login = new Login(context, postOffice);
  const linking = new Linking(context, (connection, account, device) => {
    postOffice.shareHistory(account, device);
    login.admit(connection, account, device);
  });
  const services: Services = {
    linking,
    login,
    postOffice,
    bulk: new Bulk(context),
    stored: new StoredMessages(context),
  };
  const gateway = new Gateway(context, services);
  const host = options.host ?? '127.0.0.1';
  const pageHost = new PageHost(context, certificate, host, options.port ?? 0);
  pageHost.server.on('upgrade', (request, socket, head) => gateway.upgrade(request, socket, head));
  await pageHost.open();

  const phones = new Map<string, Phone>();
  const phone = (number: string): Phone => {
    if (!/^\d{8,15}$/.test(number)) {
      throw new StandinError('bad_request', `'${number}' is not a phone number: 8 to 15 digits, no sign`);
    }
    let known = phones.get(number);
    if (!known) {
      known = new Phone(number, context, services, gateway);
      phones.set(number, known);
      accounts.get(number);
    }
    return known;
  };

  const args = chromeArgs(host, pageHost.port, spkiHash(certificate));
  const world: World = {
    port: pageHost.port,
    pageUrl: `https://${host}:${pageHost.port}/`,
    certificate: certificate.cert,
    chromeArgs: args,
    chromeArgsText: quoteArgs(args),
    get controlUrl() {
      return control.url;
    },
    observed: observed.entries,
    faults,
    get settings() {
      return settings;
    },
    configure(change) {
      settings = mergeSettings(settings, change);
    },
    phone,
    phones: () => accounts.all().map((account) => phone(account.number)),
    waitFor: (type, predicate, timeoutMs) => observed.waitFor(type, predicate, timeoutMs),
    bulkHistory: (number, bytes, bulk = {}) =>
      services.bulk.order(number, {
        bytes,
        mediaBytes: bulk.mediaBytes ?? 0,
        // Large rows fill a large profile in bearable time.
        rowBytes: bulk.rowBytes ?? (bytes > 32 * 2 ** 20 ? 32_768 : 4_096),
        ratePerSec: bulk.ratePerSec ?? 0,
      }),
    exportState: (numbers) => JSON.parse(world.exportText(numbers)) as WorldState,
    exportText: (numbers) => JSON.stringify({ format: 1, certificate, state: accounts.toState(numbers) }),
    async close() {
      clock.stop();
      gateway.close();
      await Promise.all([pageHost.close(), control.close()]);
      stateFile?.cancel();
      write();
    },
  };
  const control = new ControlServer(world, observed);
  await control.open(host, options.controlPort ?? 0);
  return world;
}
