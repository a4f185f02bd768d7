/**
 * Types of what functions inside WhatsApp's page use of it. Such a function is sent there as text: it may use nothing from
 * outside itself but its arguments and these globals.
 */

export interface Socket {
  state?: string;
  hasSynced?: boolean;
}

export interface Emitter {
  on(event: string, listener: (...args: never[]) => void): void;
}

export interface Preferences {
  get(key: string): unknown;
}

interface PageElement {
  readonly textContent: string | null;
  contains(other: PageElement): boolean;
}

interface PageDocument {
  readonly readyState: string;
  readonly body: PageElement | null;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

interface Modules {
  (name: '__debug'): { modulesMap?: Record<string, unknown> };
  (name: 'WAWebSocketModel'): { Socket?: Socket };
  (name: 'WAWebCmd'): { Cmd: Emitter & { refreshQR(): void } };
  (
    name: 'WAWebUserPrefsMeUser',
  ): {
    getMaybeMeLidUser(): { user?: unknown; server?: unknown } | null | undefined;
    getMaybeMeDevicePn?(): { device?: unknown } | null | undefined;
  };
  (name: 'WAWebConnModel'): { Conn: Emitter & { tos?: number } };
  (name: 'WAWebAltDeviceLinkingApi'): { getPairingType?(): unknown; setPairingType?(type: unknown): unknown };
  (name: 'WAWebUserPrefsIndexedDBStorage'): { userPrefsIdb: Preferences };
  (name: 'WAWebWhatsNewNux'): { createWhatsNewNux(days?: { days: number }): { dismiss(): unknown } };
  (name: 'WAWebModalManager'): { ModalManager: { existsAsync(): unknown; close(): unknown } };
  (name: 'WAWebUpdaterVersion'): { SANITIZED_VERSION_STR?: unknown };
  (name: 'WAWebBuildConstants'): { VERSION_BASE?: unknown };
}

export interface WhatsAppPage {
  document: PageDocument;
  location: { readonly hostname: string };
  indexedDB: { databases(): Promise<{ name?: string; version?: number }[]> };
  Debug?: { VERSION?: string };
  WWebJS?: unknown;
  onAppStateHasSyncedEvent?: () => Promise<void>;
  require?: Modules;
  leadmasterSignal?: (name: string, value: number | null) => void;
  /** What our own functions remember in this document. */
  leadmasterLife?: LifeMarks;
}

export interface LifeMarks {
  /** Since when `require` is there, in ms since the document's start. */
  modulesSince?: number;
  isListening?: boolean;
  /** The pairing type that the page set last. */
  pairingType?: unknown;
  /** Whether the library's listeners for messages were attached; otherwise what failed. */
  listeners?: string;
}
