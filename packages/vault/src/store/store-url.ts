import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { LeadMasterError } from '@leadmaster/protocol';

/** Where a vault lies, as its URL says. */
export type StoreLocation =
  | { kind: 'folder'; path: string }
  | { kind: 's3'; bucket: string; prefix: string; endpoint: string | null; region: string | null };

const FORMS =
  'Write file:/backups/leadmaster for a folder, or s3://bucket/prefix?endpoint=https://host&region=name for S3; ' +
  'credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, never from the URL.';
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const PREFIX = /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/;
const REGION = /^[A-Za-z0-9-]{1,64}$/;
const PARAMETERS = ['endpoint', 'region'];

/**
 * Reads `file:FOLDER` or `s3://BUCKET/PREFIX?endpoint=...&region=...`. A relative folder is relative to `base`. What is
 * wrong is named without the URL itself: it may contain a secret.
 */
export function parseStoreUrl(text: string, base: string): StoreLocation {
  if (/^file:/i.test(text)) return parseFolder(text, base);
  if (/^s3:\/\//i.test(text)) return parseS3(text);
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(text)?.[0];
  if (scheme !== undefined) throw wrong(`"${scheme}:" is no kind of store`);
  throw wrong(text === '' ? 'it is empty' : 'it has no scheme');
}

/** The URL again, in one form, with nothing in it that parsing did not allow. */
export function storeUrl(location: StoreLocation): string {
  if (location.kind === 'folder') return `file:${pathToFileURL(location.path).pathname}`;
  const query = new URLSearchParams();
  if (location.endpoint !== null) query.set('endpoint', location.endpoint);
  if (location.region !== null) query.set('region', location.region);
  const path = location.prefix === '' ? '' : `/${location.prefix}`;
  return `s3://${location.bucket}${path}${query.size === 0 ? '' : `?${query}`}`;
}

function parseFolder(text: string, base: string): StoreLocation {
  const path = text.slice('file:'.length);
  if (path === '' || path === '//') throw wrong('it names no folder');
  if (/[?#]/.test(path)) throw wrong('a folder has no ? or # in its URL; write %3F or %23');
  if (/^\/\/[^/]/.test(path)) throw wrong('a folder is on this machine; write file:/folder or file:///folder');
  try {
    if (path.startsWith('/')) return { kind: 'folder', path: resolve(fileURLToPath(new URL(text))) };
    return { kind: 'folder', path: resolve(base, decodeURIComponent(path)) };
  } catch {
    throw wrong('the folder is not readable as a URL; a % is written %25');
  }
}

function parseS3(text: string): StoreLocation {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw wrong('it is not a URL');
  }
  if (url.username !== '' || url.password !== '') throw wrong('credentials do not belong into it');
  if (url.port !== '') throw wrong('a bucket has no port; the host goes into endpoint=');
  if (url.hash !== '') throw wrong('it has a #');
  if (!BUCKET.test(url.hostname)) throw wrong('the bucket is not 3 to 63 of a-z 0-9 . - (a host goes into endpoint=)');
  const prefix = url.pathname.replace(/^\/+|\/+$/g, '');
  if (prefix !== '' && !PREFIX.test(prefix)) throw wrong('the prefix is not a path of A-Z a-z 0-9 . _ -');
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) throw wrong(`only ${PARAMETERS.join(' and ')} may stand behind the ?`);
    if (url.searchParams.getAll(name).length > 1) throw wrong(`${name} is given twice`);
  }
  const region = url.searchParams.get('region');
  if (region !== null && !REGION.test(region)) throw wrong('the region is not a word such as eu-central-1');
  return { kind: 's3', bucket: url.hostname, prefix, endpoint: endpointOf(url.searchParams.get('endpoint')), region };
}

function endpointOf(text: string | null): string | null {
  if (text === null) return null;
  const endpoint = URL.canParse(text) ? new URL(text) : null;
  if (endpoint === null || !/^https?:$/.test(endpoint.protocol)) throw wrong('the endpoint is not an http(s) URL');
  if (endpoint.username !== '' || endpoint.password !== '') throw wrong('credentials do not belong into the endpoint');
  if (endpoint.pathname !== '/' || endpoint.search !== '' || endpoint.hash !== '') {
    throw wrong('the endpoint is a host and perhaps a port, without a path');
  }
  return endpoint.origin;
}

function wrong(why: string): LeadMasterError {
  return new LeadMasterError('invalid_request', `Not a store's URL: ${why}.`, FORMS);
}
