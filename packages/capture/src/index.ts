export type { Capture, CapturedEntry, CaptureKind, CaptureRequest, FreezeMethod } from './capture.ts';
export { captureProfile } from './capture-profile.ts';
export { thawStrays } from './freeze/index.ts';
export { entriesInPlace } from './in-place.ts';
export {
  checkLoginStores,
  checkStructure,
  type LoginSequences,
  loginSequences,
  repairLoginStores,
  type StructureCheck,
  type StructureOptions,
  type StructureReport,
  tornLoginFiles,
} from './structure.ts';
export { checkStructureAside } from './structure-aside.ts';
