import { Socket } from 'node:net';
import type { HttpApp } from './app.ts';
import { lastWord } from './last-word.ts';
import { rawProblem } from './problems.ts';

/**
 * Ends requests whose body does not arrive in time. Node's own limit knows no exception, and a file of a gigabyte may take
 * longer than any JSON: routes with `upload` look after themselves, and some have a limit of their own.
 */
export function limitBodies(app: HttpApp, ms: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    const { raw, routeOptions } = request;
    if (raw.complete || routeOptions.config.upload === true) return done();
    const timer = setTimeout(() => {
      if (raw.complete) return;
      // After an answer has gone out, another one would be read as belonging to a request that was never made.
      if (raw.socket instanceof Socket) lastWord(raw.socket, reply.raw.headersSent ? '' : late());
      // What `inject` asks has come over no connection.
      else raw.destroy();
    }, routeOptions.config.bodyMs ?? ms);
    timer.unref();
    raw.once('close', () => clearTimeout(timer));
    done();
  });
}

function late(): string {
  return rawProblem('invalid_request', 408, 'The request did not arrive in time.', 'Send the whole request at once.');
}
