export * from './errors.ts';
export * from './events.ts';
export * from './names.ts';
export * from './problem.ts';
export * from './session.ts';
export * from './shell-word.ts';
export * from './snapshots.ts';
export * from './states.ts';
