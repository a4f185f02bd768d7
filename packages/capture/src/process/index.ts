export * from './browser-group.ts';
export * from './proc.ts';
