import { readHubConfig } from '@leadmaster/central-hub/config';
import type { Cli } from '../cli.ts';
import { ServiceClient } from './service-client.ts';

/** The hub of this machine, with the operator's key. */
export function hubClient(cli: Cli): ServiceClient {
  const { host, port } = readHubConfig(cli.environment.env);
  return new ServiceClient({ ...cli.config, host, port }, cli.io);
}
