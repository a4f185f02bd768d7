import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const CALLS = fileURLToPath(import.meta.resolve('../protocol/src/calls.ts'));

/**
 * Puts the value of a module that exports plain data in its place, so that what the data is made of stays out of the page: the routes
 * with their schemas, and zod. What else a page takes from the contract stands in files without schemas.
 */
function evaluated(module: string): Plugin {
  return {
    name: 'evaluated',
    async load(id) {
      if (id !== module) return null;
      const exported: Record<string, unknown> = await import(module);
      return Object.entries(exported)
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`)
        .join('\n');
    },
  };
}

/** The page and nothing else: no code in it, no file inlined, so that a strict policy of content holds. */
export default defineConfig({
  base: '/',
  plugins: [evaluated(CALLS)],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2024',
    cssCodeSplit: false,
  },
});
