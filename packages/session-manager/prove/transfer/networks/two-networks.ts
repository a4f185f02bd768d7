import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certify, makeAuthority } from './certificates.ts';
import { Namespace } from './namespace.ts';
import { Relay, type RelayPlan } from './relay.ts';

const LABELS = ['A', 'B'] as const;
export type Label = (typeof LABELS)[number];

const LOOPBACK = '127.0.0.1';
/** Of a range that is for examples: no machine has them. */
const ADDRESSES: Record<Label, string> = { A: '192.0.2.1', B: '192.0.2.2' };

export interface TwoNetworksOptions {
  /** For sockets and a certificate. */
  folder: string;
  /** Where the service of each listens on its loopback; the same here. */
  ports: Record<Label, number>;
  /** A port of this machine's loopback that both have on theirs. */
  shared: number;
}

/**
 * Two network namespaces with one line between them, for a service in each. They reach each other over that line alone,
 * by TLS; what they share with this process goes through socket files, so that the network of the machine is as it was.
 */
export class TwoNetworks implements AsyncDisposable {
  readonly #ports: Record<Label, number>;
  readonly #authority: string;
  readonly #namespaces: Record<Label, Namespace>;
  readonly #opened: AsyncDisposableStack;

  private constructor(
    ports: Record<Label, number>,
    authority: string,
    namespaces: Record<Label, Namespace>,
    opened: AsyncDisposableStack,
  ) {
    this.#ports = ports;
    this.#authority = authority;
    this.#namespaces = namespaces;
    this.#opened = opened;
  }

  static async open({ folder, ports, shared }: TwoNetworksOptions): Promise<TwoNetworks> {
    await using opened = new AsyncDisposableStack();
    const namespaces = { A: opened.use(await Namespace.open()), B: opened.use(await Namespace.open()) };
    await link(namespaces);
    const sharedFile = join(folder, 'shared.sock');
    const here = async (plan: RelayPlan): Promise<void> => void opened.use(await Relay.open(plan));
    await here({ at: { path: sharedFile }, to: { host: LOOPBACK, port: shared } });
    const authority = await makeAuthority();
    const authorityFile = join(folder, 'authority.pem');
    await writeFile(authorityFile, authority.cert);
    for (const label of LABELS) {
      const service = { host: LOOPBACK, port: ports[label] };
      const socketFile = { path: join(folder, `${label}.sock`) };
      const certificate = await certify(ADDRESSES[label], authority);
      await namespaces[label].carry([
        { at: { host: ADDRESSES[label], port: service.port }, to: service, certificate },
        { at: socketFile, to: service },
        { at: { host: LOOPBACK, port: shared }, to: { path: sharedFile } },
      ]);
      await here({ at: service, to: socketFile });
    }
    return new TwoNetworks(ports, authorityFile, namespaces, opened.move());
  }

  /** Settings with which a service runs in a network, and believes the other. */
  settings(label: Label): NodeJS.ProcessEnv {
    return { ...this.#namespaces[label].settings, NODE_EXTRA_CA_CERTS: this.#authority };
  }

  /** Where a service is for the other. */
  url(label: Label): string {
    return `https://${ADDRESSES[label]}:${this.#ports[label]}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened.disposeAsync();
  }
}

async function link(namespaces: Record<Label, Namespace>): Promise<void> {
  await namespaces.A.ip(`link add line type veth peer name line netns ${namespaces.B.pid}`);
  for (const label of LABELS) {
    const namespace = namespaces[label];
    await namespace.ip(`address add ${ADDRESSES[label]}/24 dev line`);
    for (const device of ['lo', 'line']) await namespace.ip(`link set ${device} up`);
  }
}
