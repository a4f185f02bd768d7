import { type Event, FEATURES, type Feature } from '@leadmaster/protocol';
import { z } from 'zod';
import { NEEDED_FEATURES } from './trial.ts';

const told = z.object({ features: z.partialRecord(z.enum(FEATURES), z.string()) });

/** Features that LeadMaster needs and that a self-test has proven broken, by session, as the log of events tells it. */
export class BrokenFeatures {
  readonly #broken = new Map<string, Feature[]>();

  hear({ session, type, data }: Event): void {
    // A start is another page.
    if (type === 'session.state' && (data.to === 'INITIALIZING' || data.to === 'RECONNECTING'))
      this.#broken.delete(session);
    if (type !== 'session.capabilities') return;
    const found = told.safeParse(data);
    if (!found.success) return;
    const { features } = found.data;
    this.#broken.set(
      session,
      NEEDED_FEATURES.filter((feature) => features[feature] === 'broken'),
    );
  }

  of(session: string): readonly Feature[] {
    return this.#broken.get(session) ?? [];
  }
}
