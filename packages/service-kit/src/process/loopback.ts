import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
const HTTP_PORT = 80;

/**
 * Whether a host (of a URL, of a setting, of a connection) is this machine: by a literal address, IPv4 in IPv6 included, or as
 * localhost. Any other name may lead elsewhere, also one that begins with "127.".
 */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return plain.toLowerCase() === 'localhost';
  return LOOPBACK.check(plain, version === 4 ? 'ipv4' : 'ipv6');
}

/** The host of a URL by which this machine asks a service that listens on a host: "all addresses" is none that can be asked. */
export function hostHere(host: string): string {
  // With IPv6 off, "::" is all addresses of IPv4.
  if (host === '0.0.0.0' || (host === '::' && !hasIpv6())) return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIP(host) === 6 ? `[${host}]` : host;
}

function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));
}

/** The HTTP port of a URL, also where that is the one of HTTP itself, which URLs leave out. */
export function portOf(url: string): number {
  const { port } = new URL(url);
  return port === '' ? HTTP_PORT : Number(port);
}
