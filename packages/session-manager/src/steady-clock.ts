const HOUR_MS = 3_600_000;
/** Clocks are set right by so much all the time. */
const SLACK_MS = 5 * 60_000;
/** A machine that was off, or asleep, for longer looks like a clock that was set. */
const REST_MS = 36 * HOUR_MS;
/** A clock that has run so long without a jump is believed, wherever it stands. */
const BELIEF_MS = 7 * 24 * HOUR_MS;

/** Under this name the state is kept. */
export const CLOCK_FACT = 'clock of the hourly sweep';

/** What is remembered from one look to the next, also by another process. In milliseconds since 1970. */
export interface ClockState {
  /** By which old things are deleted. */
  believed: number;
  /** The machine's clock then. */
  wall: number;
  /** How long it has run without a jump. */
  steadyMs: number;
}

/**
 * The time by which old things may be deleted: the machine's clock, as long as it only runs. After a jump forward this
 * time runs on from where it was, so that a wrong clock deletes nothing; a clock that is behind is followed at once,
 * since by it things are only younger.
 *
 * @param ranMs how long this process has run since `last`, by a clock that cannot be set; null when `last` is another's.
 */
function believe(last: ClockState | null, wall: number, ranMs: number | null): ClockState {
  if (last === null) return { believed: wall, wall, steadyMs: 0 };
  const passed = wall - last.wall;
  const ran = ranMs ?? 0;
  const isJump = passed < ran - SLACK_MS || passed > ran + REST_MS;
  const steadyMs = isJump ? 0 : last.steadyMs + ran;
  const isBehind = last.wall - last.believed > SLACK_MS;
  if (!isJump && (!isBehind || steadyMs >= BELIEF_MS)) return { believed: wall, wall, steadyMs };
  const goneOn = last.believed + (isJump ? ran : Math.max(0, passed));
  return { believed: Math.min(wall, goneOn), wall, steadyMs };
}

/** Whether the machine's clock stands where it is not believed yet. */
export function isDoubted({ believed, wall }: ClockState): boolean {
  return wall - believed > SLACK_MS;
}

/** Keeps the state of `believe` where it outlives the process. */
export class SteadyClock {
  readonly #memory: { read(): string | null; write(text: string): void };
  readonly #wall: () => number;
  readonly #steady: () => number;
  #looked: number | null = null;

  constructor(
    memory: { read(): string | null; write(text: string): void },
    clocks: { wall?: () => number; steady?: () => number } = {},
  ) {
    this.#memory = memory;
    this.#wall = clocks.wall ?? Date.now;
    this.#steady = clocks.steady ?? (() => performance.now());
  }

  look(): ClockState {
    const steady = this.#steady();
    const ranMs = this.#looked === null ? null : steady - this.#looked;
    const state = believe(parseState(this.#memory.read()), this.#wall(), ranMs);
    this.#looked = steady;
    this.#memory.write(JSON.stringify(state));
    return state;
  }
}

/** The state as it was written; what is none counts as never written. */
export function parseState(text: string | null): ClockState | null {
  const found: unknown = text === null ? null : JSON.parse(text);
  if (typeof found !== 'object' || found === null) return null;
  const { believed, wall, steadyMs } = found as Record<string, unknown>;
  if (typeof believed !== 'number' || typeof wall !== 'number' || typeof steadyMs !== 'number') return null;
  return { believed, wall, steadyMs };
}
