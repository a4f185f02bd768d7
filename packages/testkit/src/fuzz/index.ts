export { counted } from './counted.ts';
export { type Fault, type FuzzOptions, type FuzzReport, fuzz, type Target, tellFuzz } from './fuzz.ts';
export type { FaultKind } from './judge.ts';
export { type KeyKind, keysOf } from './keys.ts';
