import { createRequire } from 'node:module';

interface PackageFile {
  version: string;
  dependencies: Record<string, string>;
}

const file = createRequire(import.meta.url)('../package.json') as PackageFile;

/** The version of LeadMaster. */
export const VERSION: string = file.version;

/** The version of whatsapp-web.js that is used; the dependency is pinned to it. */
export const LIBRARY_VERSION: string = file.dependencies['whatsapp-web.js'] ?? '';
