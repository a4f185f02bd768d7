import type { AdoptedSession, AdoptSession } from '@leadmaster/protocol';
import type { LongCall } from '../snapshots/snapshot-service.ts';

/** What the outside may ask of folders that are to become sessions. Every refusal is a `LeadMasterError`. */
export interface AdoptService {
  /**
   * Makes a session of a folder: of the one in its own place as it lies, of one elsewhere by copy or by move. STOPPED
   * when it resolves. What fails changes nothing; what was interrupted is finished by asking again.
   */
  adopt(wanted: AdoptSession, call?: LongCall): Promise<AdoptedSession>;
}
