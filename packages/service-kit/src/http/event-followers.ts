import type { Readable } from 'node:stream';
import type { LoggedEvent } from './event-stream.ts';
import { Follower } from './follower.ts';
import { type ReadEvents, SharedChunks } from './shared-chunks.ts';

/** A log of events that many follow. */
export interface FollowedLog<Event extends LoggedEvent> {
  read: ReadEvents;
  /** Every event from the call on, until the signal aborts. Asked for once for all followers. */
  news(signal: AbortSignal): AsyncIterable<Event>;
  /** The parts of the log that an event belongs to, such as its session, and its number in each. */
  scopesOf(event: Event): readonly (readonly [scope: string, id: number])[];
}

export interface FollowersOptions {
  /** At most so long without a sign of life. */
  heartbeatMs: number;
  /** Ends all streams. */
  closing: AbortSignal;
  /** Hears why the news of the log ended early. The streams end then, and their readers come back with a cursor. */
  onFailure: (error: unknown) => void;
}

/** What a reader wants of a log. */
export interface FollowWanted {
  /** One part of the log; left out, all of it. */
  scope?: string;
  after: number;
  /** `after` as the log writes it. */
  from: string;
  greeting: string;
}

/** All of the log. */
const ALL = '';

/** One fan-out for all who follow a log: an event is serialised once, however many get it. */
export class EventFollowers<Event extends LoggedEvent> {
  readonly #log: FollowedLog<Event>;
  readonly #options: FollowersOptions;
  #round: Round<Event> | null = null;

  constructor(log: FollowedLog<Event>, options: FollowersOptions) {
    this.#log = log;
    this.#options = options;
  }

  /** The text of an event stream after a cursor, without gap or double. */
  follow({ scope = ALL, ...wanted }: FollowWanted): Readable {
    const running = this.#round?.isOver === false ? this.#round : null;
    const round = running ?? new Round<Event>(this.#log, this.#options);
    this.#round = round;
    const follower = round.add({ ...wanted, scope });
    if (running === null) round.begin();
    return follower;
  }

  /** Tells the followers of a scope what is in no log, as a comment of their streams. */
  say(scope: string, comment: string): void {
    this.#round?.say(scope, comment);
  }
}

/** From the first follower until the last has left. Nothing runs and nothing is kept while there is none. */
class Round<Event extends LoggedEvent> {
  readonly #log: FollowedLog<Event>;
  readonly #options: FollowersOptions;
  readonly #followers = new Map<string, Set<Follower>>();
  readonly #chunks: SharedChunks;
  readonly #ending = new AbortController();
  readonly #heart: NodeJS.Timeout;

  constructor(log: FollowedLog<Event>, options: FollowersOptions) {
    this.#log = log;
    this.#options = options;
    this.#chunks = new SharedChunks((query) => log.read(query));
    // A follower without an event for half the time gets a comment: no silence is longer than the whole.
    this.#heart = setInterval(() => this.#each((follower) => follower.beat()), options.heartbeatMs / 2);
  }

  get isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  /** Listens to the log once there is a follower. */
  begin(): void {
    void this.#listen();
  }

  add(wanted: Required<FollowWanted>): Follower {
    const follower = new Follower({
      ...wanted,
      chunks: this.#chunks,
      onLeave: (gone) => this.#remove(gone),
    });
    const others = this.#followers.get(wanted.scope) ?? new Set();
    this.#followers.set(wanted.scope, others.add(follower));
    return follower;
  }

  say(scope: string, comment: string): void {
    for (const follower of this.#followers.get(scope) ?? []) follower.say(comment);
  }

  async #listen(): Promise<void> {
    const signal = AbortSignal.any([this.#ending.signal, this.#options.closing]);
    try {
      for await (const event of this.#log.news(signal)) this.#tell(event);
    } catch (error) {
      this.#options.onFailure(error);
    }
    this.#end();
  }

  #tell(event: Event): void {
    this.#chunks.expireReads();
    const all = [ALL, event.id] as const;
    for (const [scope, id] of [all, ...this.#log.scopesOf(event)]) {
      for (const follower of this.#followers.get(scope) ?? []) follower.hear(id);
    }
  }

  #remove(follower: Follower): void {
    const others = this.#followers.get(follower.scope);
    others?.delete(follower);
    if (others?.size === 0) this.#followers.delete(follower.scope);
    if (this.#followers.size === 0) this.#end();
  }

  #end(): void {
    if (this.isOver) return;
    this.#ending.abort();
    clearInterval(this.#heart);
    this.#each((follower) => follower.end());
  }

  #each(task: (follower: Follower) => void): void {
    for (const follower of [...this.#followers.values()].flatMap((some) => [...some])) task(follower);
  }
}
