/**
 * What the session manager knows of an installation on disk, for code that looks at one with the service up or down
 * (`packages/doctor`). Nothing here needs the service or HTTP, and importing it loads neither fastify nor a browser driver.
 */
export { LIFE_MS } from './builds/book.ts';
export { isKeptOfBuild, KeptPages } from './builds/pages.ts';
export { gitFreeEnvironment } from './config/browser-machine.ts';
export type { Config } from './config/config.ts';
export { CHECKOUT } from './config/env.ts';
export { BrowserFinder } from './engine/browser/browser-finder.ts';
export { olderLogin, type PlaceChange, placeChange } from './lifecycle/held-back.ts';
export { PLACE_FACT } from './lifecycle/place-keeper.ts';
export { isOther } from './lifecycle/profile-mark.ts';
export { holdersOf, proveProfileFree } from './process/holders.ts';
export { clearStaleSingleton, readSingleton } from './process/singleton-lock.ts';
export { accessHint } from './profile/access.ts';
export { isTemporaryName, writeAtomically } from './profile/atomic-file.ts';
export { isNewerBrowser, newestChromium } from './profile/browser-version.ts';
export { createProfileStore } from './profile/file-profile-store.ts';
export {
  type Entry,
  lstatOrNull,
  mayNotBeUtf8,
  namesOrNull,
  realFs,
  unreadable,
  walk,
} from './profile/files.ts';
export {
  COMMAND,
  isLockName,
  type LockHandle,
  type LockOwner,
  livingOwner,
  lockDataFolder,
  lockSession,
  readOwner,
} from './profile/locks.ts';
export { loginEvidence } from './profile/login-presence.ts';
export { proveLoginWhole } from './profile/login-structure.ts';
export { measureProfile } from './profile/measure.ts';
export { refuseRootBesideUser } from './profile/owner.ts';
export { type DataPaths, dataPaths, MOVED_SUFFIX } from './profile/paths.ts';
export { modeIsRight, repairPermissions } from './profile/permissions.ts';
export {
  comparePlaces,
  lookAtPlace,
  type PlaceFacts,
  type PlaceLook,
  type PlaceProbe,
  parsePlace,
  placeWords,
  thisProbe,
} from './profile/place.ts';
export type { ProfileRecord } from './profile/profile-store.ts';
export { isDataFolder } from './profile/recognise.ts';
export { isStagingName } from './profile/staging-names.ts';
export { isTrashName } from './profile/trash.ts';
export { newestGoodSnapshot } from './snapshots/known-good.ts';
export { LOOK_FACT, parseLook } from './snapshots/older-login.ts';
export { secondWriters } from './snapshots/other-account.ts';
export { secondRound } from './snapshots/second-round.ts';
export { type Identity, identityOf, refuseChanged, vaultAtFact } from './snapshots/vault-identity.ts';
export { mayBeCopyOf } from './snapshots/wrong-account.ts';
export { isOlderDatabase, readState, type StateReading } from './state/read-only.ts';
export type { BrowserRow, BuildRow, BuildSession, HubRow, SessionRow, SnapshotRow } from './state/rows.ts';
export { CLOCK_FACT, isDoubted, parseState } from './steady-clock.ts';
export { FORGET_MS, openArrivals } from './transfer/arrival-facts.ts';
export { departuresUnderWay } from './transfer/departure-facts.ts';
