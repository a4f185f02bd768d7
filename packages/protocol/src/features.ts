/** What a session may be able to do with the page that it runs on. */
export const FEATURES = [
  'link',
  'ready',
  'ids',
  'text',
  'media',
  'inbound',
  'catchUp',
  'chats',
  'contacts',
  'groups',
  'download',
] as const;
export type Feature = (typeof FEATURES)[number];

/** `broken` is proven: what the step itself calls was missing twice, 30 s apart. `unknown` refuses nothing. */
export const FEATURE_VERDICTS = ['ok', 'broken', 'unknown'] as const;
export type FeatureVerdict = (typeof FEATURE_VERDICTS)[number];
