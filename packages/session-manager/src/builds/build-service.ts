import type { Build } from '@leadmaster/protocol';

/** What the outside may ask of builds of WhatsApp Web. */
export interface BuildService {
  /** Those that were seen here, newest first. */
  builds(): Promise<Build[]>;
}
