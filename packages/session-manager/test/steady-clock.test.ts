import { describe, expect, test } from 'vitest';
import { isDoubted, SteadyClock } from '../src/steady-clock.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 10, 29);

/** A machine whose two clocks the test moves; `restart` is another process with the same memory. */
class Machine {
  wall = START;
  steady = 0;
  text: string | null = null;
  #clock = this.#make();

  #make(): SteadyClock {
    const write = (text: string): void => {
      this.text = text;
    };
    const memory = { read: () => this.text, write };
    return new SteadyClock(memory, { wall: () => this.wall, steady: () => this.steady });
  }

  run(ms: number): void {
    for (let left = ms; left > 0; left -= HOUR) {
      this.wall += Math.min(HOUR, left);
      this.steady += Math.min(HOUR, left);
      this.look();
    }
  }

  restart(offMs: number): void {
    this.wall += offMs;
    this.steady = 0;
    this.#clock = this.#make();
    this.look();
  }

  restartAll(...offMs: number[]): void {
    for (const off of offMs) this.restart(off);
  }

  nights(count: number): void {
    for (let night = 0; night < count; night += 1) {
      this.run(8 * HOUR);
      this.restart(16 * HOUR);
    }
  }

  /** The clock is set, and an hour passes. */
  set(byMs: number): void {
    this.wall += byMs;
    this.run(HOUR);
  }

  upgrade(offMs: number): void {
    this.text = null;
    this.restart(offMs);
  }

  look() {
    return this.#clock.look();
  }

  /** How far the believed time lies behind the machine's clock. */
  get behind(): number {
    const { wall, believed } = this.look();
    return wall - believed;
  }
}

describe('the time by which old things are deleted', () => {
  const ordinary: [string, (machine: Machine) => void][] = [
    ['a clock that only runs', (machine) => machine.run(40 * DAY)],
    ['nights in which the machine is off', (machine) => machine.nights(5)],
    ['a laptop that slept', (machine) => machine.set(20 * HOUR)],
    ['a clock that is set right by a minute', (machine) => machine.set(60_000)],
    ['the first look after an upgrade', (machine) => machine.upgrade(50 * DAY)],
  ];
  test.each(ordinary)('is that of the machine with %s', (_, live) => {
    const machine = new Machine();
    machine.look();
    live(machine);
    expect(machine.behind).toBe(0);
  });

  const jumps: [string, (machine: Machine) => void][] = [
    ['while the service runs', (machine) => machine.set(400 * DAY)],
    ['while it is down', (machine) => machine.restart(400 * DAY)],
    ['and it is restarted again and again', (machine) => machine.restartAll(400 * DAY, HOUR, HOUR, HOUR)],
  ];
  test.each(jumps)('runs on when the clock jumps 400 days ahead %s, and follows it back', (_, jump) => {
    const machine = new Machine();
    machine.run(DAY);
    jump(machine);
    expect(isDoubted(machine.look())).toBe(true);
    expect(machine.look().believed).toBeLessThan(START + DAY + 5 * HOUR);
    machine.set(-400 * DAY);
    expect(machine.behind).toBeLessThan(5 * HOUR);
  });

  test('is never ahead of the machine', () => {
    const machine = new Machine();
    machine.run(DAY);
    machine.set(-30 * DAY);
    expect(machine.behind).toBe(0);
  });

  test('catches up once the clock has run for a week without a jump: the machine was off for long', () => {
    const machine = new Machine();
    machine.run(DAY);
    machine.restart(60 * DAY);
    machine.run(6 * DAY);
    expect(machine.behind).toBeGreaterThan(50 * DAY);
    machine.run(2 * DAY);
    expect(machine.behind).toBe(0);
  });
});
