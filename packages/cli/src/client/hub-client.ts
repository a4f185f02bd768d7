import { readHubConfig } from '@leadmaster/central-hub/config';
import type { Cli } from '../cli.ts';
import { ServiceClient } from './service-client.ts';
import { hubHere } from './target.ts';

/** The hub that is meant: the one that `LEADMASTER_URL` names, else that of this machine, with the operator's key. */
export function hubClient(cli: Cli): ServiceClient {
  const { url, key } = cli.given;
  if (url !== null || key !== null) return cli.client();
  return new ServiceClient(hubHere(cli.config, readHubConfig(cli.environment.env).port, null), cli.io);
}
