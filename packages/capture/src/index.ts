export type { Capture, CapturedEntry, CaptureKind, CaptureRequest, FreezeMethod } from './capture.ts';
export {
  checkLoginStores,
  checkStructure,
  mendLoginStores,
  type StructureCheck,
  type StructureOptions,
  type StructureReport,
} from './structure.ts';
