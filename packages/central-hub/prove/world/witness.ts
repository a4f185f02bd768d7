import { existsSync, readFileSync } from 'node:fs';

/** What a played session manager tells of its browsers, outside of all that is judged. */
export type Witnessed =
  | { kind: 'launch'; pid: number; session: string }
  /** The browser ended in order. */
  | { kind: 'end'; pid: number; session: string }
  /** The whole process was ended with kill -9. */
  | { kind: 'killed'; pid: number }
  /** A text that WhatsApp's page was given. */
  | { kind: 'text'; pid: number; session: string; text: string };

/** All that was told, in order. */
export function readWitness(file: string): Witnessed[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Witnessed);
}
