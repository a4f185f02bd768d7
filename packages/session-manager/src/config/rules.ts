import { parsed, variable } from '@leadmaster/service-kit/settings';
import { parseRetention } from '@leadmaster/vault/retention';
import { parseStoreUrl } from '@leadmaster/vault/store-url';
import { Cron } from 'croner';
import { z } from 'zod';
import { splitChromeArgs } from './chrome-args.ts';

/** Rules of settings that only the session manager has. */
export const chromeArgs = parsed(
  'flags separated by spaces, each beginning with "--", values with spaces in quotes',
  splitChromeArgs,
);

/** Read as its text: where a relative path begins is known to the config alone. */
export const vaultUrl = parsed(
  'file:/folder, or s3://bucket/prefix?endpoint=https://host&region=name; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  (text) => {
    parseStoreUrl(text, '/');
    return text;
  },
);

/** A cron expression; null: off. */
export const schedule = parsed('a cron expression such as "0 2 * * *" (local time), or "off"', (text) => {
  if (text === 'off') return null;
  // A sixth field in front would be seconds: a round of snapshots every second, where one a night was meant.
  if (!text.startsWith('@') && text.split(/\s+/).length !== 5)
    throw new Error('it has to have five fields: minute, hour, day, month, weekday');
  new Cron(text, { paused: true }).stop();
  return text;
});
export const retention = parsed('last=7,daily=7,weekly=4,monthly=6, each once at most', parseRetention);

export const webVersion = variable(
  '"live", "guarded", or a WhatsApp Web version such as 2.3000.1023204887',
  z.string().regex(/^(live|guarded|\d+\.\d+\.\d+(-[a-z0-9.]+)?)$/),
);

export const language = variable(
  '"en" or "es", alone or as part of a locale such as es_AR.UTF-8',
  z.string().regex(/^(en|es)(?![a-z])/i),
);
