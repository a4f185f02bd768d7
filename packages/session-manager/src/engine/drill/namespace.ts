import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TRY_MS = 5_000;

/** Where the program lies on every Linux that has it. */
export const UNSHARE = '/usr/bin/unshare';

interface Way {
  /** How a program is started without any network: in a namespace that has not even a loopback that is up. */
  args: readonly string[];
  /** What must work inside, so that the browser will. */
  inside: readonly string[];
}

const WAYS: readonly Way[] = [
  // With the right to: as root, who runs browsers without their sandbox.
  { args: ['--net'], inside: ['true'] },
  // As any user, where the system lets users have namespaces of their own; the user stays who they are. The browser's
  // sandbox makes one more inside.
  { args: ['--user', '--map-current-user', '--net'], inside: [UNSHARE, '--user', '--', 'true'] },
];

let known: Promise<readonly string[] | null> | null = null;

/** The arguments of `unshare` that work here, or null where none do. Tried once. */
export function networkNamespace(): Promise<readonly string[] | null> {
  known ??= find();
  return known;
}

async function find(): Promise<readonly string[] | null> {
  for (const { args, inside } of WAYS) {
    const works = await run(UNSHARE, [...args, '--', ...inside], { timeout: TRY_MS }).then(
      () => true,
      () => false,
    );
    if (works) return args;
  }
  return null;
}
