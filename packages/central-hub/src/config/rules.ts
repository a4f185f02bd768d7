import { variable } from '@leadmaster/service-kit/settings';
import { z } from 'zod';

/** The addresses of proxies, in the form of `net.BlockList`: single ones and ranges. */
const address = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);

export const trustedProxies = variable(
  'addresses and ranges separated by commas, such as 127.0.0.1,10.0.0.0/8',
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(address).min(1)),
);

export const publicUrl = variable(
  'an http or https address without a path, such as https://leadmaster.example.org',
  z
    .url({ protocol: /^https?$/ })
    .refine((text) => {
      const { pathname, search, hash, username } = new URL(text);
      return pathname === '/' && search === '' && hash === '' && username === '';
    })
    .transform((text) => new URL(text).origin),
);

/** What people are called; shown as it is. */
export const title = variable(
  'a name of at most 200 characters, without control characters',
  z.string().regex(/^\P{C}{1,200}$/u),
);

export const databaseUrl = variable(
  'postgres://user:password@host/database',
  z.string().refine((text) => URL.canParse(text) && /^postgres(ql)?:$/.test(new URL(text).protocol)),
);
