import { runSessionManager } from '@leadmaster/session-manager';

/** The session manager as `leadmaster start` runs it; the benchmark hears where it listens, and tells it to end. */
export interface ToldByService {
  url: string;
}

const service = await runSessionManager();
process.send?.({ url: service.url } satisfies ToldByService);
process.on('message', () => void service.shutdown('the benchmark is done'));
process.exit(await service.finished);
