export type { Letter } from './accounts.ts';
export type { BulkResult } from './bulk.ts';
export {
  DRIFTS,
  type Drift,
  type DriftKind,
  type DriftName,
  driftsInForce,
  driftTable,
  PAGES,
  type PageDate,
  parseDrift,
} from './drifts.ts';
export { StandinError, type StandinErrorCode } from './errors.ts';
export type { FaultState, Faults, Outage } from './faults.ts';
export { lidDigits } from './lid.ts';
export type { Observation, ObservedType } from './observed.ts';
export {
  DEFAULT_SETTINGS,
  type PageBuild,
  type PageSettings,
  type QrSettings,
  type Settings,
  type SettingsChange,
  type StandinOptions,
  type SyncSpeed,
} from './options.ts';
export type { LinkedDevice, Phone, PhoneMedium } from './phone.ts';
export { settleInjections } from './settle-injections.ts';
export { startStandin } from './standin.ts';
export type { WorldState } from './state-file.ts';
export { untilReady } from './until-ready.ts';
export type { AccountLimits, Capping, Erasing, StoredMessage } from './wire.ts';
export type { BulkOptions, World } from './world.ts';
