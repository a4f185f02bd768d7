import { z } from 'zod';

const secret = z.string().regex(/^[\x21-\x7e]{1,512}$/, 'one line of visible characters');

/** With a key, or with the code of a link that works once. */
export const signIn = z.union([z.strictObject({ key: secret }), z.strictObject({ code: secret })], {
  error: 'must be {"key":"..."} or {"code":"..."}',
});
export type SignIn = z.infer<typeof signIn>;

/** A link that signs in once, as the key that asked for it. */
export const signInCode = z.object({
  code: z.string(),
  url: z.string().describe('The page that uses it: the code stands behind "#", which no server is told'),
  expiresAt: z.iso.datetime(),
});
