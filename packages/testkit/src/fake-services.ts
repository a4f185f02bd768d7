import type { Services } from '../../session-manager/src/http/http-app.ts';
import { FakeAdoptService } from './fake-adopt-service.ts';
import { FakePlaceService } from './fake-place-service.ts';
import { FakeSessionService } from './fake-session-service.ts';
import { FakeSnapshotService } from './fake-snapshot-service.ts';
import { FakeStorageService } from './fake-storage-service.ts';
import { FakeTransferService } from './fake-transfer-service.ts';

/** All services behind the HTTP server, over the same sessions in memory. */
export interface FakeServices extends Services {
  sessions: FakeSessionService;
  snapshots: FakeSnapshotService;
  storage: FakeStorageService;
  departures: FakeTransferService;
  arrivals: FakeTransferService;
}

/** `dataDir` is where profiles would lie; nothing is there. */
export function fakeServices(dataDir: string): FakeServices {
  const sessions = new FakeSessionService();
  const transfers = new FakeTransferService(sessions);
  return {
    sessions,
    snapshots: new FakeSnapshotService(sessions),
    storage: new FakeStorageService(sessions),
    adoption: new FakeAdoptService(sessions, dataDir),
    builds: { builds: async () => [] },
    place: new FakePlaceService(),
    departures: transfers,
    arrivals: transfers,
  };
}
