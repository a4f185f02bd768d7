import { LeadMasterError } from '@leadmaster/protocol';
import { hostHere, keepDirect } from '@leadmaster/service-kit/process';
import { adminKeyFile, type Config, findAdminKey } from '@leadmaster/session-manager/config';
import { CliError } from '../cli-error.ts';
import { EXIT } from '../exit-codes.ts';
import type { Text } from '../words/words.ts';

/** A service that commands speak with: where it is, what opens it, and what to do where it does not answer as it should. */
export interface Target {
  /** An origin. */
  url: string;
  /** The machine behind the hub that commands about a whole machine are for; none where it is not said. */
  machine?: string;
  /** @throws CliError where the key cannot be read. Null where there is none. */
  key(): string | null;
  /** What to do where the key is refused. */
  ifRefused(): Text;
  /** What to do where nothing answers; null where the general advice holds: start it, or give its port. */
  ifSilent(): Promise<Text | null>;
  /** Another port than that of `url`, at which the service of the data folder runs; null where there is none. */
  otherPort(): Promise<number | null>;
}

/** The session manager of a data folder of this machine, with the operator's key. */
export function managerHere(config: Config): Target {
  const url = urlHere(config);
  const otherPort = async (): Promise<number | null> => {
    const { servingPort } = await import('@leadmaster/session-manager/serving');
    const port = servingPort(config.dataDir);
    return port === config.port ? null : port;
  };
  return {
    url,
    key: keyOf(config),
    ifRefused: () => whereKeyIs(config, url),
    otherPort,
    async ifSilent() {
      const port = await otherPort();
      return port === null ? null : ({ service }) => service.otherPort(port);
    },
  };
}

/** The hub of this machine, with the operator's key unless another is given by `LEADMASTER_KEY`. */
export function hubHere(config: Config, port: number, given: string | null): Target {
  const url = urlHere({ host: config.host, port });
  return {
    url,
    key: given === null ? keyOf(config) : () => given,
    ifRefused: () => (given === null ? whereKeyIs(config, url) : ({ service }) => service.keyGiven(url)),
    ifSilent: async () => (words) => words.service.startHub,
    otherPort: async () => null,
  };
}

/** What `LEADMASTER_URL` names: a hub, or a session manager elsewhere. */
export function elsewhere(url: string, key: string): Target {
  return {
    url,
    key: () => key,
    ifRefused: () => (words) => words.service.keyGiven(url),
    ifSilent: async () => (words) => words.service.lookAtUrl,
    otherPort: async () => null,
  };
}

/** Read once, when it is first needed. */
function keyOf(config: Config): () => string | null {
  let key: string | null | undefined;
  return () => {
    if (key === undefined) key = findKey(config);
    return key;
  };
}

function findKey(config: Config): string | null {
  try {
    return findAdminKey(config);
  } catch (error) {
    if (!(error instanceof LeadMasterError)) throw error;
    throw new CliError(EXIT.notAllowed, 'unauthorized', error.message, ({ service }) => service.asServiceUser);
  }
}

function whereKeyIs(config: Config, url: string): Text {
  const file = adminKeyFile(config.dataDir);
  const source = config.adminKey === null ? file : 'LEADMASTER_ADMIN_KEY';
  const isThere = findKey(config) !== null;
  return ({ service }) => (isThere ? service.keyFrom(source, url) : service.noKey(file));
}

/** Where a service that listens on a host can be spoken to from its own machine. */
function urlHere({ host, port }: Pick<Config, 'host' | 'port'>): string {
  const url = `http://${hostHere(host)}:${port}`;
  // The service runs on this machine, also when it listens on another address than loopback.
  keepDirect(new URL(url).hostname);
  return url;
}
