import { isLoopback } from '@leadmaster/service-kit/process';
import {
  ConfigError,
  type Env,
  parsed,
  type SettingsSection,
  secret,
  setting,
  settingsReader,
} from '@leadmaster/service-kit/settings';

const address = parsed('https://host[:port], or http on loopback alone, such as http://127.0.0.1:3012', originOf);

const CLIENT = {
  LEADMASTER_URL: setting(address, {
    default: null,
    meaning:
      'The hub that commands speak with, or a session manager elsewhere, such as https://leadmaster.example.org. Not set: ' +
      'the services of this data folder. Commands that need the disk of a machine are refused then.',
  }),
  LEADMASTER_KEY: setting(secret, {
    default: null,
    meaning: 'The key that they show there. Without LEADMASTER_URL they show it to the hub of this machine.',
  }),
};

/** Settings of the command line alone, as they stand in `.env.example`. */
export const CLIENT_SECTION: SettingsSection = { title: 'Command line', settings: CLIENT };

/** Which service commands speak with, in place of that of the data folder. Null = not given. */
export interface ClientSettings {
  /** An origin. */
  url: string | null;
  key: string | null;
}

/** @throws ConfigError that lists all that is wrong. */
export function readClientSettings(env: Env): ClientSettings {
  const { problems, get } = settingsReader(CLIENT, env);
  const settings = { url: get('LEADMASTER_URL') ?? null, key: get('LEADMASTER_KEY') ?? null };
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
}

/** An address alone: a key must cross no network in the clear, and belongs into a setting of its own. */
function originOf(text: string): string {
  if (!URL.canParse(text)) throw new Error('it is no URL');
  const { protocol, hostname, pathname, search, hash, username, password, origin } = new URL(text);
  if (protocol !== 'https:' && protocol !== 'http:') throw new Error(`${protocol} is not spoken here`);
  if (username !== '' || password !== '') throw new Error('it holds a name or a password');
  if (pathname !== '/' || search !== '' || hash !== '') throw new Error('it holds more than scheme, host and port');
  if (protocol === 'http:' && !isLoopback(hostname)) throw new Error('the key would cross the network in the clear');
  return origin;
}
