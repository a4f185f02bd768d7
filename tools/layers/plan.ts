import { matchesGlob } from 'node:path';
import type { Room } from './table.ts';

/** The table, asked for one file or one pair of rooms. */
export class Plan {
  readonly table: readonly Room[];
  readonly #rooms = new Map<string, Room | undefined>();

  constructor(table: readonly Room[]) {
    this.table = table;
  }

  /** The row that a file belongs to: of those that have it, the one that names it most exactly. */
  roomOf(path: string): Room | undefined {
    if (!this.#rooms.has(path)) this.#rooms.set(path, this.#mostExact(path));
    return this.#rooms.get(path);
  }

  /** The row of a package's own sources; rooms inside take over from it what they do not say. */
  packageRoom(folder: string): Room | undefined {
    return this.table.find(({ room }) => room === `${folder}/src`);
  }

  /** Whether a package has rows for rooms of its own. Each of its folders needs one then. */
  isDivided(folder: string): boolean {
    return this.table.some(({ room }) => room.startsWith(`${folder}/src/`));
  }

  /** Whether one room may import another of the same package. */
  allows(from: Room, to: Room, folder: string): boolean {
    if (isIn(to.room, from.room)) return true;
    if (from.rooms === undefined) return this.isBelow(to, from);
    return from.rooms.some((name) => isIn(to.room, `${folder}/src/${name}`));
  }

  isBelow(lower: Room, upper: Room): boolean {
    return this.table.indexOf(lower) > this.table.indexOf(upper);
  }

  #mostExact(path: string): Room | undefined {
    const depth = ({ room }: Room): number => room.split('/').length;
    return this.table.filter(({ room }) => isIn(path, room)).toSorted((a, b) => depth(b) - depth(a))[0];
  }
}

/** Whether a path is that of a room, or inside it. */
export function isIn(path: string, room: string): boolean {
  return path === room || matchesGlob(path, room) || matchesGlob(path, `${room}/**`);
}
