import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TRY_MS = 5_000;

/** Where the program lies on every Linux that has it. */
export const UNSHARE = '/usr/bin/unshare';

/** How a program is started without any network: in a namespace that has not even a loopback that is up. */
const WAYS: readonly (readonly string[])[] = [
  // With the right to: as root.
  ['--net'],
  // As anybody, where the system lets users have namespaces of their own; the user stays who they are.
  ['--user', '--map-current-user', '--net'],
];

let known: Promise<readonly string[] | null> | null = null;

/** The arguments of `unshare` that work here, or null where none do. Tried once. */
export function networkNamespace(): Promise<readonly string[] | null> {
  known ??= find();
  return known;
}

async function find(): Promise<readonly string[] | null> {
  for (const way of WAYS) {
    const works = await run(UNSHARE, [...way, '--', 'true'], { timeout: TRY_MS }).then(
      () => true,
      () => false,
    );
    if (works) return way;
  }
  return null;
}
