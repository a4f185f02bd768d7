export * from './blob-bodies.ts';
export * from './fake-engine.ts';
export * from './fake-session-service.ts';
export * from './fake-snapshot-service.ts';
export * from './faulty-blob-store.ts';
export * from './faulty-state-store.ts';
export * from './level-db.ts';
