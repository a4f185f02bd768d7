import type { RecentFiles, StorageReport, TrimReport } from '@leadmaster/protocol';
import type { LongCall } from '../snapshots/snapshot-service.ts';

/**
 * What the outside may ask of the sessions' folders. Names are validated before they get here; every refusal is a
 * `LeadMasterError`.
 */
export interface StorageService {
  /** Measured when asked; also of an unclaimed profile. */
  storage(session: string): Promise<StorageReport>;
  /** Files written in the last hours, newest first. */
  recent(session: string, options: { hours: number; limit: number }): Promise<RecentFiles>;
  /**
   * Takes away what is optional and temporary. `restart`: stops a running session first and starts it afterwards;
   * without, a running one is refused (`session_running`).
   */
  trim(session: string, options: LongCall & { restart: boolean }): Promise<TrimReport>;
}
