import { defineConfig } from 'vite';

/** The page and nothing else: no code in it, no file inlined, so that a strict policy of content holds. */
export default defineConfig({
  base: '/',
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2024', cssCodeSplit: false },
});
