import type { FastifyInstance } from 'fastify';

/** Routes are bound to it by `serve`, which types them by the contract. */
export type HttpApp = FastifyInstance;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Which route of the contract it is. */
    routeId?: string;
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
