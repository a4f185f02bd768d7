import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { LeadMasterError } from '@leadmaster/protocol';
import { isMissing } from '@leadmaster/service-kit/files';
import type { HttpApp } from '@leadmaster/service-kit/http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isLostReader } from './lost-reader.ts';
import { takesGzip } from './packed.ts';

/** The addresses of its views. What they show, the page asks for itself. */
const VIEWS = [
  ...['/', '/sign-in', '/new', '/sessions/:session'],
  ...['/machines', '/machines/new', '/tenants', '/tenants/new', '/keys', '/keys/new', '/audit'],
];

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Nothing but this hub's own files, no code or style in the page itself, and no way into a frame. */
const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  // The page names its files by their content: it is asked for each time, they never again.
  'cache-control': 'no-cache',
};
/** Where the page asks before it signs in. Browsers carry along what stands behind "#", the code of the link. */
const ASKED_FIRST = '/sign-in?asks=1';
const ASSET_HEADERS = { 'cache-control': 'public, max-age=31536000, immutable' };

interface StaticFile {
  type: string;
  plain: Buffer;
  packed: Buffer;
}

/** Serves the built dashboard out of memory, without a key: it is the same for everyone and tells nothing of the sessions. */
export function dashboardRoutes(app: HttpApp, folder: string | null): void {
  const page = folder === null ? null : fileOf(join(folder, 'index.html'));
  const assets = page === null || folder === null ? new Map<string, StaticFile>() : filesIn(join(folder, 'assets'));
  for (const url of VIEWS) {
    serveOpen(app, url, (request, reply) => {
      if (page === null) throw notBuilt();
      if (url === '/sign-in' && isLedFromElsewhere(request)) return reply.redirect(ASKED_FIRST, 303);
      return send(request, reply.headers(PAGE_HEADERS), page);
    });
  }
  app.addHook('onRequest', async (request, reply) => {
    if (page !== null && isLostReader(request)) return send(request, reply.code(404).headers(PAGE_HEADERS), page);
  });
  serveOpen(app, '/assets/:file', (request, reply) => {
    const file = assets.get((request.params as { file: string }).file);
    if (file === undefined) throw new LeadMasterError('not_found', 'There is no such file.', 'Load the page again.');
    return send(request, reply.headers(ASSET_HEADERS), file);
  });
}

/** A page of another address that leads here must not sign its visitors in by itself, as the maker of the link. */
function isLedFromElsewhere({ headers, url }: FastifyRequest): boolean {
  const isElsewhere = ['cross-site', 'same-site'].includes(String(headers['sec-fetch-site']));
  return isElsewhere && url !== ASKED_FIRST;
}

function serveOpen(
  app: HttpApp,
  url: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => FastifyReply,
): void {
  app.route({ method: 'GET', url, config: { open: true }, schema: { hide: true }, handler });
}

function send(request: FastifyRequest, reply: FastifyReply, { type, plain, packed }: StaticFile): FastifyReply {
  reply.type(type).header('vary', 'accept-encoding');
  return takesGzip(request) ? reply.header('content-encoding', 'gzip').send(packed) : reply.send(plain);
}

function filesIn(folder: string): Map<string, StaticFile> {
  const files = readdirSync(folder).map((name) => [name, fileOf(join(folder, name))] as const);
  return new Map(files.filter((file): file is [string, StaticFile] => file[1] !== null));
}

/** Null where it is not there. */
function fileOf(path: string): StaticFile | null {
  try {
    const plain = readFileSync(path);
    return { type: TYPES[extname(path)] ?? 'application/octet-stream', plain, packed: gzipSync(plain, { level: 9 }) };
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function notBuilt(): LeadMasterError {
  return new LeadMasterError(
    'not_found',
    'The dashboard is not built here; the API is.',
    'Start the service by npm start, which builds it. See /docs for the API.',
  );
}
