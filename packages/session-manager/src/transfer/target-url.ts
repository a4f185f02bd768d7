import { LeadMasterError, redactSetting } from '@leadmaster/protocol';
import { isLoopback } from '@leadmaster/service-kit/process';

/**
 * Where another manager answers, as an origin. Plain http only where no network is in between: on loopback, said by a
 * literal address or as localhost.
 *
 * @throws LeadMasterError `invalid_request`.
 */
export function targetOrigin(text: string): string {
  if (!URL.canParse(text)) throw refused(text, 'it is no URL', 'Give it like https://other.example:3001.');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    // What stands there may be a key: it is not repeated.
    throw refused(
      url.host,
      'it holds a name or a password',
      'Give scheme, host and port alone; the key is given apart.',
    );
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refused(text, `${url.protocol} is not spoken here`, 'Give it like https://other.example:3001.');
  }
  if (url.search !== '' || url.hash !== '' || url.pathname !== '/') {
    throw refused(
      url.origin,
      'it holds more than the address',
      'Give scheme, host and port alone; the key is given apart.',
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refused(
      text,
      'a login would cross the network in the clear',
      'Use https (a reverse proxy with a certificate in front of the other manager), or a tunnel that ends on 127.0.0.1 here.',
    );
  }
  return url.origin;
}

function refused(text: string, why: string, hint: string): LeadMasterError {
  return new LeadMasterError(
    'invalid_request',
    `${redactSetting(text).slice(0, 200)} is not taken as the other manager: ${why}.`,
    hint,
  );
}
