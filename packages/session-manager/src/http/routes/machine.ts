import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { type MachineFacts, ROUTES } from '@leadmaster/protocol';
import { type HttpApp, serve } from '@leadmaster/service-kit/http';
import type { RouteContext } from '../http-app.ts';

/** What the machine has, and what it has seen: `/v1/machine`, `/v1/builds`, `/v1/place`. */
export function machineRoutes(app: HttpApp, context: RouteContext): void {
  const { builds, place } = context;
  serve(app, ROUTES.getMachine, () => factsOf(context));
  serve(app, ROUTES.listBuilds, async () => ({ items: await builds.builds() }));
  serve(app, ROUTES.getPlace, () => place.view());
  serve(app, ROUTES.acceptPlace, (request) => place.accept(request.body));
}

async function factsOf({ sessions, config, version }: RouteContext): Promise<MachineFacts> {
  const { blocks, bavail, bsize } = await statfs(config.dataDir);
  return {
    version,
    sessions: (await sessions.list()).items.length,
    memory: { totalBytes: totalmem(), freeBytes: process.availableMemory() },
    disk: { totalBytes: blocks * bsize, freeBytes: bavail * bsize },
    logId: sessions.eventLog().logId,
  };
}
