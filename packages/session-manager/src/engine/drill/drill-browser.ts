import type { Census } from '@leadmaster/protocol';

/** What a copy of a profile turned out to hold when a real browser opened it without any network. */
export interface OfflineReading {
  census: Census;
  /** Rows whose value could be read back, all stores together: as many as the census counts, if nothing is damaged. */
  readRows: number;
  /** Whether the keys of a login are there and open, each with what was seen. Never the keys themselves. */
  login: { name: string; ok: boolean; detail: string }[];
  browserVersion: string;
  /** `namespace`: the browser had no network at all; `flags`: it was only kept from using it. */
  isolation: 'namespace' | 'flags';
}

/** Opens a copy of a profile at WhatsApp's origin, offline, and reads it. The copy may be changed by it; it is never the profile itself. */
export interface DrillBrowser {
  read(profileDir: string, signal: AbortSignal): Promise<OfflineReading>;
}
export function createDrillBrowser(_deps: { browsers: unknown }): DrillBrowser {
  return { read: () => Promise.reject(new Error('not yet')) };
}
