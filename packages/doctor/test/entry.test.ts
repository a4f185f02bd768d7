import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';

/** Imports the entries in a process of their own, and prints every package that was loaded for them. */
const LOADED = `
import { registerHooks } from 'node:module';
const seen = new Set();
registerHooks({
  load(url, context, next) {
    const name = /node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined) seen.add(name);
    return next(url, context);
  },
});
await import('@leadmaster/doctor');
await import('@leadmaster/doctor/report');
console.log(JSON.stringify([...seen]));
`;

test('the entries load neither HTTP, nor a browser driver, nor the S3 client', () => {
  const args = ['--input-type=module', '--eval', LOADED];
  const loaded: string[] = JSON.parse(
    execFileSync(process.execPath, args, { cwd: dirname(import.meta.dirname), encoding: 'utf8' }),
  );
  expect(loaded).toContain('better-sqlite3');
  const heavy = /^(fastify|puppeteer|whatsapp-web\.js|pino|@aws-sdk)/;
  expect(loaded.filter((name) => heavy.test(name))).toEqual([]);
});
