/** What a key may be good for; each route asks for one. */
export const SCOPES = ['read', 'send', 'control', 'storage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];
