import type { AcceptedPlace, AcceptPlace, Place } from '@leadmaster/protocol';

/** What the outside may ask about the place of the data folder. */
export interface PlaceService {
  view(): Place;
  /**
   * Releases sessions that wait because the folder is a copy, is on another disk or was restored from a backup, and starts those that should run.
   *
   * @throws LeadMasterError `session_not_found`
   */
  accept(said: AcceptPlace): Promise<AcceptedPlace>;
}
