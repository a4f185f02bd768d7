import type { Unreachable, UnreachableBy } from '@leadmaster/protocol';

/** Chromium's network errors by their cause (net/base/net_error_list.h); the first that fits counts. */
const BY_CODE: readonly (readonly [UnreachableBy, RegExp])[] = [
  ['proxy', /PROXY|TUNNEL|SOCKS|PAC_/],
  ['dns', /NAME_NOT_RESOLVED|NAME_RESOLUTION|^ERR_DNS_|ICANN_NAME/],
  ['tls', /^ERR_(SSL|CERT|BAD_SSL|TLS|ECH)_|PINNED_KEY|INSECURE_RESPONSE/],
  ['http', /HTTP|EMPTY_RESPONSE|INVALID_RESPONSE|TOO_MANY_REDIRECTS/],
  ['route', /CONNECTION|CONNECT_|INTERNET_DISCONNECTED|ADDRESS_|NETWORK_|TIMED_OUT|SOCKET/],
];

/** What was asked for was given up by the page or by this program: it says nothing of the network. */
const NOT_THE_NETWORK = /^ERR_(ABORTED|BLOCKED_BY_|FAILED$|CACHE_|FILE_)/;

/** What a text of Chromium's, such as `net::ERR_NAME_NOT_RESOLVED at https://...`, says of the network; null = nothing. */
export function unreachableFrom(text: string): Unreachable | null {
  const code = /net::(ERR_[A-Z0-9_]+)/.exec(text)?.[1];
  if (code === undefined || NOT_THE_NETWORK.test(code)) return null;
  return { by: BY_CODE.find(([, pattern]) => pattern.test(code))?.[0] ?? 'other', detail: code };
}

/** What an answer instead of the page says; null for one that is the page. 407 and 511 come from a proxy or a portal. */
export function unreachableByStatus(status: number): Unreachable | null {
  if (status < 400) return null;
  return { by: status === 407 || status === 511 ? 'proxy' : 'http', detail: `HTTP ${status}` };
}
