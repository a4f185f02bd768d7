export type { Capture, CapturedEntry, CaptureKind, CaptureRequest, FreezeMethod } from './capture.ts';
export type { StructureCheck, StructureReport } from './structure.ts';
