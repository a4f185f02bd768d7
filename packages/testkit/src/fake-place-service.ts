import type { AcceptedPlace, AcceptPlace, Place } from '@leadmaster/protocol';

/** A data folder that was copied, and whose sessions wait for a word. */
export class FakePlaceService {
  readonly #now = { path: '/srv/copy', host: 'new', since: '2026-03-02T10:00:00.000Z' };
  readonly #before = { path: '/srv/data', host: 'old', since: '2026-01-01T09:00:00.000Z' };
  waiting = ['ventas', 'soporte'];

  view(): Place {
    const before = this.waiting.length === 0 ? null : this.#before;
    return { now: this.#now, before, readable: true, waiting: [...this.waiting] };
  }

  async accept({ sessions = this.waiting }: AcceptPlace): Promise<AcceptedPlace> {
    const accepted = this.waiting.filter((name) => sessions.includes(name));
    this.waiting = this.waiting.filter((name) => !accepted.includes(name));
    return { accepted, started: accepted, place: this.view() };
  }
}
