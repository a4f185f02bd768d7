import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { AdoptService } from '../adopt/adopt-service.ts';
import type { BuildService } from '../builds/build-service.ts';
import type { Config } from '../config/config.ts';
import type { StorageService } from '../disk/storage-service.ts';
import type { PlaceService } from '../lifecycle/place-service.ts';
import type { SessionService } from '../lifecycle/session-service.ts';
import type { SnapshotService } from '../snapshots/snapshot-service.ts';
import type { ArrivalService, DepartureService } from '../transfer/transfer-service.ts';
import type { Operations } from './operations.ts';

/** What the HTTP server stands in front of. */
export interface Services {
  sessions: SessionService;
  snapshots: SnapshotService;
  storage: StorageService;
  adoption: AdoptService;
  builds: BuildService;
  place: PlaceService;
  departures: DepartureService;
  arrivals: ArrivalService;
}

/** What the HTTP server is made of. */
export interface HttpServerOptions extends Services {
  config: Pick<Config, 'dataDir' | 'compat'>;
  keys: { adminKey: string; serviceToken: string };
  log: Logger;
  metrics: Registry;
  /** Whether every saved session has been looked at; `GET /ready` says it. */
  ready: () => boolean;
  version: string;
  /** Overrides for tests. */
  timing?: Partial<HttpTiming>;
}

/** The server's own intervals, in milliseconds. */
export interface HttpTiming {
  /** For a request to arrive as a whole; answers may take longer. */
  requestMs: number;
  /** Between two signs of life on an event stream. */
  heartbeatMs: number;
  /** How long `POST /send` waits for WhatsApp's acknowledgement. */
  sendDeadlineMs: number;
  /** The shortest time between two revisions of an operation that tell of progress alone. */
  progressMs: number;
  /** How long the end of the server waits for long calls that it has told to end. */
  operationEndMs: number;
}

export const DEFAULT_TIMING: HttpTiming = {
  requestMs: 30_000,
  heartbeatMs: 15_000,
  sendDeadlineMs: 30_000,
  progressMs: 200,
  operationEndMs: 15_000,
};

/** What a file of routes gets. */
export interface RouteContext extends Services {
  operations: Operations;
  config: HttpServerOptions['config'];
  timing: HttpTiming;
  /** Aborts when the server begins to close. */
  closing: AbortSignal;
}

/** Routes are bound to it by `serve`, which types them by the contract. */
export type HttpApp = FastifyInstance;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a key. */
    open?: boolean;
    /** A route of earlier LeadMaster versions: own error shapes, and without a key where `LEADMASTER_COMPAT=open`. */
    compat?: boolean;
    /** Takes a body of any size, for as long as it comes. */
    upload?: boolean;
    /** How long its body may take to arrive, where that is longer than usual. */
    bodyMs?: number;
  }
}
