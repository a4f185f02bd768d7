/**
 * What a stand-in can be told: at its start, and (most of it) while it runs.
 */
import type { PageDate } from './drifts.ts';
import type { WorldState } from './state-file.ts';

/** How long each QR reference is valid, and how many come before the page gives up. */
export interface QrSettings {
  readonly firstMs: number;
  readonly nextMs: number;
  readonly count: number;
}

/** How soon after a login the page says that it has synced. `fast` is before any library can have attached itself. */
export type SyncSpeed = 'fast' | 'normal' | 'slow';

/** A build that can be served: what it does otherwise comes on top of the drifts of the page. */
export interface PageBuild {
  readonly version: string;
  readonly drifts?: readonly string[];
  readonly schema?: number;
}

/** The builds that stand for their time, and the number of their database (facts of 2026, 7.1 and 7.3). */
const BUILD_OF: Readonly<Record<PageDate, { readonly version: string; readonly schema: number }>> = {
  april: { version: '2.3000.1038220568', schema: 194 },
  september: { version: '2.3000.1047935283', schema: 201 },
};

/** The size of the page and of the profile it makes. */
export interface PageSettings {
  /** Size of the application script, in bytes of real JavaScript. */
  readonly scriptBytes: number;
  /** Bytes held live by the page while it is logged in. */
  readonly heapBytes: number;
  /** Bytes of incompressible history written to IndexedDB at the first sync of a device. */
  readonly databaseBytes: number;
  /** Bytes of incompressible media written to CacheStorage at the first sync of a device. */
  readonly mediaBytes: number;
  /** Whether the page installs its service worker, which then can serve it with the host away. */
  readonly serviceWorker: boolean;
  /** The build that is served: `2.3000.` and its `client_revision`. Another `date` brings its own, unless one is given too. */
  readonly version: string;
  /** The number up to which this build knows the database of messages; it opens it as version (number + 1) x 10. */
  readonly schema: number;
  /** Further builds. With any, the newest of them is served instead, or with the drift `versions-mixed` one after the other. */
  readonly builds: readonly PageBuild[];
  /** How often the page asks whether its socket still lives, and how long it waits for the answer. */
  readonly keepAliveMs: number;
  /** Of which time the page is. */
  readonly date: PageDate;
  /** What it does otherwise: `name`, `name=value`, or `-name` for what the page of that time does and this one does not. */
  readonly drifts: readonly string[];
  /** How fast the page's own long timers run (its reload after a fresh link, passkey stages): 1 is real time, 60 a minute a second. */
  readonly speed: number;
}

/** Everything that may change while the stand-in runs. */
export interface Settings {
  readonly qr: QrSettings;
  readonly sync: SyncSpeed;
  /** How long a `slow` sync takes. */
  readonly slowSyncMs: number;
  /** Delays until the server has a message (1), the other phone has it (2), and it is read (3). Negative: never. */
  readonly ackDelaysMs: readonly [number, number, number];
  readonly pairingCodeMs: number;
  /** What happens after a rolled-back or duplicated login was noticed. Noticing itself is never off. */
  readonly clones: 'observe' | 'logout';
  readonly page: PageSettings;
}

/** A partial change of the settings; `qr` and `page` are merged field by field. */
export interface SettingsChange {
  qr?: Partial<QrSettings>;
  sync?: SyncSpeed;
  slowSyncMs?: number;
  ackDelaysMs?: readonly [number, number, number];
  pairingCodeMs?: number;
  clones?: 'observe' | 'logout';
  page?: Partial<PageSettings>;
}

/** Options of `startStandin`. */
export interface StandinOptions extends SettingsChange {
  /** Address to listen on; the default is loopback, and there is no reason to change it outside a container. */
  host?: string;
  /** Port of the page and of the WebSocket server; 0 takes a free one. */
  port?: number;
  /** Port of the control API; 0 takes a free one. */
  controlPort?: number;
  /** Keeps accounts, devices, messages and the certificate over a restart of the stand-in itself. */
  stateFile?: string;
  /** Begins where another stand-in was at some moment (`World.exportState`), instead of with what the file has. */
  state?: WorldState;
  /** Makes the random delays repeatable. */
  seed?: number;
}

export const DEFAULT_SETTINGS: Settings = {
  qr: { firstMs: 60_000, nextMs: 20_000, count: 6 },
  sync: 'normal',
  slowSyncMs: 6_000,
  ackDelaysMs: [60, 160, 320],
  pairingCodeMs: 195_000,
  clones: 'observe',
  page: {
    scriptBytes: 0,
    heapBytes: 0,
    databaseBytes: 0,
    mediaBytes: 0,
    serviceWorker: true,
    ...BUILD_OF.september,
    builds: [],
    keepAliveMs: 10_000,
    date: 'september',
    drifts: [],
    speed: 1,
  },
};

/** Merges a change into settings. Undefined fields change nothing. */
export function mergeSettings(settings: Settings, change: SettingsChange): Settings {
  return {
    qr: { ...settings.qr, ...defined(change.qr) },
    sync: change.sync ?? settings.sync,
    slowSyncMs: change.slowSyncMs ?? settings.slowSyncMs,
    ackDelaysMs: change.ackDelaysMs ?? settings.ackDelaysMs,
    pairingCodeMs: change.pairingCodeMs ?? settings.pairingCodeMs,
    clones: change.clones ?? settings.clones,
    page: { ...settings.page, ...buildOfNewDate(settings, change), ...defined(change.page) },
  };
}

/** A page of another time is another build. */
function buildOfNewDate(settings: Settings, change: SettingsChange): Partial<PageSettings> {
  const date = change.page?.date;
  return date === undefined || date === settings.page.date ? {} : BUILD_OF[date];
}

function defined<T extends object>(partial: T | undefined): Partial<T> {
  const kept: Partial<T> = {};
  for (const [key, value] of Object.entries(partial ?? {})) {
    if (value !== undefined) Object.assign(kept, { [key]: value });
  }
  return kept;
}
