import type { LoginMode } from '@leadmaster/protocol';

/** The validated settings of one service. Times in milliseconds, sizes in bytes. Built by `readConfig` alone. */
export interface Config {
  dataDir: string;
  host: string;
  port: number;
  loginMode: LoginMode;
  chromePath: string | null;
  /** Extra flags, already split. */
  chromeArgs: readonly string[];
  adminKey: string | null;
  serviceToken: string | null;
  webVersion: string | null;
  compat: 'key' | 'open';
  startConcurrency: number;
  log: { level: string; format: 'json' | 'pretty' };
  storageWarnBytes: number;
  probe: { intervalMs: number; deadlineMs: number };
  deadlines: {
    /** Browser launch. */
    launchMs: number;
    /** From launch to a QR, a login or an error. */
    loadMs: number;
    /** From login to READY, pushed on by progress. */
    syncMs: number;
    /** From READY to bytes on disk. */
    commitMs: number;
    stopMs: number;
    shutdownMs: number;
  };
  backoff: { firstMs: number; maxMs: number; stableAfterMs: number };
  /** How many times all six QRs are shown before the browser is stopped. */
  qrRounds: number;
  retention: { events: number; eventDays: number; transitions: number; trashDays: number };
}
