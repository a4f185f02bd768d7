import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { publishedManifest } from './manifest.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

/** Packages that others may install. What one of them depends on is here as well. */
export const LIBRARIES: readonly string[] = ['protocol', 'client', 'vault', 'capture', 'vault-auth'];

/**
 * Builds the libraries and packs each into a tarball: JavaScript for Node 22, types, README and licence. The checkout is left
 * as it is.
 *
 * @param into A folder; made if it is missing.
 * @returns Paths of the tarballs, in the order of {@link LIBRARIES}.
 * @throws Error when the compiler or npm fails, with what they said.
 */
export async function packLibraries(into: string): Promise<string[]> {
  const stage = await mkdtemp(join(tmpdir(), 'leadmaster-pack-'));
  try {
    await compile(stage);
    await Promise.all(LIBRARIES.map((name) => complete(join(stage, name), name)));
    await mkdir(into, { recursive: true });
    return await pack(stage, into);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Each package's `src` becomes `<stage>/<package>/src`. */
async function compile(stage: string): Promise<void> {
  const project = join(stage, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    rewriteRelativeImportExtensions: true,
    // What Node 22 knows: `using` is written out, and a newer function of the language is an error.
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    rootDir: join(ROOT, 'packages'),
    outDir: stage,
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const include = LIBRARIES.map((name) => join(ROOT, 'packages', name, 'src'));
  await writeFile(project, JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions, include }));
  await output(join(ROOT, 'node_modules/.bin/tsc'), ['-p', project]);
}

/** Adds to a compiled package what else belongs into its tarball. */
async function complete(stage: string, name: string): Promise<void> {
  const source = join(ROOT, 'packages', name);
  const manifest = publishedManifest(JSON.parse(await readFile(join(source, 'package.json'), 'utf8')));
  await rename(join(stage, 'src'), join(stage, 'dist'));
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await cp(join(source, 'README.md'), join(stage, 'README.md'));
  await cp(join(ROOT, 'LICENSE'), join(stage, 'LICENSE'));
}

async function pack(stage: string, into: string): Promise<string[]> {
  const folders = LIBRARIES.map((name) => join(stage, name));
  const report = await output('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', into, ...folders]);
  const packed: { name: string; filename: string }[] = JSON.parse(report);
  return LIBRARIES.map((name) => {
    const one = packed.find((found) => found.name === `@leadmaster/${name}`);
    if (one === undefined) throw new Error(`npm packed no ${name}: ${report}`);
    return join(into, one.filename);
  });
}

/** Runs a command to its end. What it said is in the error: compilers tell their errors on standard output. */
async function output(command: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(command, args, { cwd: ROOT, maxBuffer: 1 << 26 })).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} failed: ${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
