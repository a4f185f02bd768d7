import { damagedObject, newerFormat } from '../failures.ts';
import { seal, unseal } from './seal.ts';
import { FORMAT, FORMAT_NAME, FORMAT_VERSION } from './version.ts';

const NEWLINE = 0x0a;
/** Longer than any header line; what has no newline before here is none of ours. */
const MAX_HEADER = 512;

/** An object's first line: what it is and where it belongs. The seal of its body is bound to it. */
export function headerLine(type: string, ...fields: (string | number)[]): string {
  return `${[FORMAT, type, ...fields].join(' ')}\n`;
}

/** A sealed body behind its header line. */
export function sealEnvelope(key: Buffer, header: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(header), ...seal(key, body, header)]);
}

/** The body of an envelope that must have exactly this header. */
export function openEnvelope(object: string, key: Buffer, header: string, bytes: Buffer): Buffer {
  const { line, sealed } = splitEnvelope(object, bytes);
  refuseOtherLine(object, line, header);
  const body = unseal(key, sealed, header);
  if (body === null) throw damagedObject(object, 'its seal does not hold');
  return body;
}

/** @throws LeadMasterError `store_damaged` for an object that begins as another one does. */
export function refuseOtherLine(object: string, line: string, header: string): void {
  if (line !== header) throw damagedObject(object, `it begins as ${describe(line)} and not as ${describe(header)}`);
}

/** Header line and sealed body; a newer format is refused here, for every kind of object. */
export function splitEnvelope(object: string, bytes: Buffer): { line: string; sealed: Buffer } {
  const end = bytes.subarray(0, MAX_HEADER).indexOf(NEWLINE);
  if (end < 0) throw damagedObject(object, 'it has no header line');
  const line = bytes.toString('latin1', 0, end + 1);
  checkVersion(object, line);
  return { line, sealed: bytes.subarray(end + 1) };
}

/** Any object of a vault, in a version that can be read. */
export function checkVersion(object: string, line: string): void {
  const version = new RegExp(`^${FORMAT_NAME}/([1-9][0-9]{0,8}) `).exec(line)?.[1];
  if (version === undefined) throw damagedObject(object, 'it is no object of a vault');
  if (Number(version) > FORMAT_VERSION) throw newerFormat(object, Number(version));
}

function describe(line: string): string {
  return JSON.stringify(line.trimEnd().slice(0, 160));
}
