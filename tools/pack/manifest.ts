/** A package.json of this workspace, as far as publishing goes. */
export interface WorkspaceManifest {
  name: string;
  version: string;
  description: string;
  license: string;
  /** Sources in the workspace: Node runs them as they are. */
  exports: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** The package.json that goes into the tarball. */
export interface PublishedManifest extends Omit<WorkspaceManifest, 'exports'> {
  type: 'module';
  engines: { node: string };
  exports: Record<string, { types: string; default: string }>;
}

/** The first Node that has zstd, and where CommonJS may `require` a module. */
const NODE = '>=22.15';

/**
 * What a package says of itself once it is built. It is made, not written: npm lets `publishConfig` change no `exports`, and a
 * condition of our own would have to be given to every process of the workspace.
 *
 * @throws Error for an export that is no source of the package.
 */
export function publishedManifest(manifest: WorkspaceManifest): PublishedManifest {
  const { name, version, description, license, exports, dependencies, peerDependencies } = manifest;
  const built = Object.entries(exports).map(([key, source]) => [key, builtExport(source)] as const);
  return {
    name,
    version,
    description,
    license,
    type: 'module',
    engines: { node: NODE },
    exports: Object.fromEntries(built),
    ...(dependencies && { dependencies }),
    ...(peerDependencies && { peerDependencies }),
  };
}

/** `./src/x.ts` as what the compiler makes of it. */
function builtExport(source: string): { types: string; default: string } {
  const stem = /^\.\/src\/(.+)\.ts$/.exec(source)?.[1];
  if (stem === undefined) throw new Error(`An export must be ./src/NAME.ts, not ${source}`);
  return { types: `./dist/${stem}.d.ts`, default: `./dist/${stem}.js` };
}
