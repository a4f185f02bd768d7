import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DRIFTS } from './drifts.ts';
import { StandinError } from './errors.ts';
import type { ObservedLog } from './observed.ts';
import type { Phone, PhoneMedium } from './phone.ts';
import { orderOf } from './phone-orders.ts';
import { parseFaults, parseSettings } from './validate.ts';
import type { World } from './world.ts';

type Body = Readonly<Record<string, unknown>>;
type Answer = (body: Body, query: URLSearchParams) => unknown;

const MOST_BODY_BYTES = 1 << 20;

/** The control API: the same as in-process, over HTTP, for people and scripts. */
export class ControlServer {
  readonly #world: World;
  readonly #observed: ObservedLog;
  readonly #server: Server;
  #url = '';

  constructor(world: World, observed: ObservedLog) {
    this.#world = world;
    this.#observed = observed;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /** Where the API is, once it is open. */
  get url(): string {
    return this.#url;
  }

  async open(host: string, port: number): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(port, host, resolve);
    await promise;
    this.#url = `http://${host}:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const url = new URL(request.url ?? '/', 'http://control');
      const answer = this.#route(request.method ?? 'GET', url.pathname.split('/').filter(Boolean));
      if (!answer)
        return reply(response, 404, { error: { code: 'not_found', message: `no ${request.method} ${url.pathname}` } });
      const body = request.method === 'POST' ? await readBody(request) : {};
      reply(response, 200, (await answer(body, url.searchParams)) ?? {});
    } catch (error) {
      const code = error instanceof StandinError ? error.code : 'bad_request';
      const message = error instanceof Error ? error.message : String(error);
      reply(response, code === 'bad_request' ? 400 : 409, { error: { code, message } });
    }
  }

  #route(method: string, path: readonly string[]): Answer | null {
    const world = this.#world;
    switch (`${method} /${path[0] ?? ''}`) {
      case 'GET /state':
        return () => this.#state();
      case 'GET /drifts':
        return () => Object.entries(DRIFTS).map(([name, drift]) => ({ name, ...drift }));
      case 'GET /observed':
        return (_body, query) => this.#observedAfter(query);
      case 'GET /phones':
        return path.length === 1 ? () => world.phones().map(describe) : this.#phoneRoute(method, path);
      case 'POST /phones':
        return this.#phoneRoute(method, path);
      case 'POST /faults':
        return async (body) => {
          await world.faults.set(parseFaults(body));
          return world.faults.current;
        };
      case 'POST /configure':
        return (body) => {
          world.configure(parseSettings(body));
          return world.settings;
        };
      case 'POST /bulk':
        return (body) =>
          world.bulkHistory(text(body, 'number'), Number(body.bytes ?? 0), {
            mediaBytes: Number(body.mediaBytes ?? 0),
            ...(body.rowBytes === undefined ? {} : { rowBytes: Number(body.rowBytes) }),
            ratePerSec: Number(body.ratePerSec ?? 0),
          });
      default:
        return null;
    }
  }

  #phoneRoute(method: string, [, number = '', action = '']: readonly string[]): Answer | null {
    const phone = (): Phone => this.#world.phone(number);
    const device = (body: Body): number | undefined => (body.device === undefined ? undefined : Number(body.device));
    switch (`${method} ${action}`) {
      case 'GET ':
        return () => describe(phone());
      case 'POST ':
        return (body) => {
          const target = phone();
          if (typeof body.name === 'string') target.name = body.name;
          if (typeof body.reads === 'boolean') target.reads = body.reads;
          if (typeof body.hidden === 'boolean') target.hidden = body.hidden;
          if (typeof body.passkey === 'boolean') target.passkey = body.passkey;
          return describe(target);
        };
      case 'GET devices':
        return () => phone().devices;
      case 'GET inbox':
        return () => phone().inbox;
      case 'GET sent':
        return () => phone().sent;
      case 'POST scan':
        return (body) => phone().scan(text(body, 'qr'));
      case 'POST pair':
        return (body) => phone().enterPairingCode(text(body, 'code'));
      case 'POST unlink':
        return (body) => phone().unlink(device(body));
      case 'POST ban':
        return () => phone().ban();
      case 'POST unban':
        return () => phone().unban();
      case 'POST conflict':
        return (body) => phone().conflict(device(body));
      case 'POST resync':
        return (body) => phone().resync(device(body));
      case 'POST disconnect':
        return (body) => phone().disconnectDevice({ forMs: Number(body.forMs ?? 0) });
      case 'POST create-group':
        return (body) => phone().createGroup(text(body, 'subject'), texts(body, 'others'));
      case 'POST send-media':
        return (body) => phone().sendMedia(text(body, 'to'), mediumOf(body));
      case 'POST send-poll':
        return (body) => phone().sendPoll(text(body, 'to'), text(body, 'name'), texts(body, 'options'));
      case 'POST vote':
        return (body) => phone().vote(text(body, 'poll'), texts(body, 'options'));
      case 'POST send':
        return (body) =>
          phone().send(text(body, 'to'), text(body, 'text'), {
            ...(body.ciphertextMs === undefined ? {} : { ciphertextMs: Number(body.ciphertextMs) }),
          });
      default:
        return method === 'POST' ? orderOf(action, phone) : null;
    }
  }

  #state(): unknown {
    const { chromeArgs, chromeArgsText, controlUrl, pageUrl, settings, faults } = this.#world;
    const phones = this.#world.phones().map(describe);
    return { chromeArgs, chromeArgsText, controlUrl, pageUrl, settings, faults: faults.current, phones };
  }

  /** Entries after a sequence number; with `wait`, holds the answer until there is one or that many ms are over. */
  async #observedAfter(query: URLSearchParams): Promise<unknown> {
    const after = Number(query.get('after') ?? 0);
    const wait = Math.min(Number(query.get('wait') ?? 0), 60_000);
    const later = () => this.#observed.entries.filter((entry) => entry.seq > after);
    if (later().length === 0 && wait > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = this.#observed.watch(() => resolve());
      const timer = setTimeout(resolve, wait);
      await promise;
      clearTimeout(timer);
      stop();
    }
    return later();
  }
}

function describe(phone: Phone): unknown {
  const { number, lid, name, reads, hidden, banned, passkey, limits, devices, inbox, sent } = phone;
  const known = { number, lid, name, reads, hidden, banned, passkey, limits, devices };
  return { ...known, inbox: inbox.length, sent: sent.length };
}

function text(body: Body, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw new StandinError('bad_request', `the body needs a text field '${field}'`);
}

function texts(body: Body, field: string): readonly string[] {
  const value = body[field];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  throw new StandinError('bad_request', `the body needs a list of texts '${field}'`);
}

function mediumOf(body: Body): PhoneMedium {
  const optional = (field: 'filename' | 'caption') => (body[field] === undefined ? {} : { [field]: text(body, field) });
  const named = { ...optional('filename'), ...optional('caption') };
  return { mimetype: text(body, 'mimetype'), data: text(body, 'data'), ...named };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MOST_BODY_BYTES) throw new StandinError('bad_request', 'the body is over 1 MB');
    chunks.push(chunk);
  }
  if (size === 0) return {};
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new StandinError('bad_request', 'the body must be a JSON object');
  }
  return value as Body;
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify(value)}\n`);
}
