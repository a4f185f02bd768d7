import { z } from 'zod';

/** Where the value of a setting comes from: the environment of the process, its settings file, or its default. */
export const settingSource = z.enum(['environment', 'file', 'default']);

/** One setting as the running service has it. A secret is never told; its source says whether it is set. */
export const effectiveSetting = z.object({
  name: z.string(),
  /** The group that it has in `.env.example`. */
  section: z.string(),
  /** As it would be written; null where nothing is set, and for a secret. Passwords in addresses are `***`. */
  value: z.string().nullable(),
  source: settingSource,
  isSecret: z.boolean(),
  /** What holds where it is not set; null where there is none, or where it depends on other things. */
  default: z.string().nullable(),
  /** What it does. */
  meaning: z.string(),
});
export type EffectiveSetting = z.infer<typeof effectiveSetting>;

/** Every setting of a service, in the order of `.env.example`. `file`: the settings file that was read at its start. */
export const settingsView = z.object({ file: z.string().nullable(), items: z.array(effectiveSetting) });
export type SettingsView = z.infer<typeof settingsView>;
