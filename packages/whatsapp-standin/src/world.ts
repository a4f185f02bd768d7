import type { BulkResult } from './bulk.ts';
import type { Faults } from './faults.ts';
import type { Observation, ObservedType } from './observed.ts';
import type { Settings, SettingsChange } from './options.ts';
import type { Phone } from './phone.ts';
import type { WorldState } from './state-file.ts';

/** Options of `World.bulkHistory`. */
export interface BulkOptions {
  /** Further bytes for CacheStorage. */
  readonly mediaBytes?: number;
  readonly rowBytes?: number;
  /** Rows per second, for a steady load; without it the page writes as fast as it can. */
  readonly ratePerSec?: number;
}

/** A running stand-in: the page, the servers, the phones, and what they noticed. */
export interface World {
  readonly port: number;
  /** Where a client without a browser gets the page; it must take `certificate`, or any. */
  readonly pageUrl: string;
  /** The certificate of web.whatsapp.com, as PEM. */
  readonly certificate: string;
  readonly chromeArgs: string[];
  readonly chromeArgsText: string;
  readonly controlUrl: string;
  readonly observed: readonly Observation[];
  readonly faults: Faults;
  readonly settings: Settings;
  configure(change: SettingsChange): void;
  phone(number: string): Phone;
  /** The phones that were used so far. */
  phones(): Phone[];
  waitFor(type: ObservedType, predicate?: (entry: Observation) => boolean, timeoutMs?: number): Promise<Observation>;
  bulkHistory(number: string, bytes: number, options?: BulkOptions): Promise<BulkResult>;
  /**
   * What the servers know at this moment, of some accounts or of all, for another stand-in to begin with. It shares
   * nothing with this one.
   */
  exportState(numbers?: readonly string[]): WorldState;
  /** The same as JSON: for those who look many times a second and need one of the looks. */
  exportText(numbers?: readonly string[]): string;
  close(): Promise<void>;
}
