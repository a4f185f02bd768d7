import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path/posix';
import type { House, Manifest } from './house.ts';
import { isIn, Plan } from './plan.ts';
import type { KeptLibrary, Room } from './table.ts';

/** One import, or one row, that breaks a rule. */
export interface Problem {
  /** `path:line`, or the row. */
  where: string;
  /** What is wrong, and what to do. */
  what: string;
}

export interface Rules {
  rooms: readonly Room[];
  kept: readonly KeptLibrary[];
}

/** An import together with whose it is. */
interface Asked {
  room: Room;
  /** Folder of the package that the file belongs to; `.` for the checkout's own. */
  folder: string;
  file: string;
  specifier: string;
}

/** The imports that the rules do not allow, of all files of the repository, or of some. Empty when there are none. */
export function check(house: House, rules: Rules, files: Iterable<string> = house.files.keys()): Problem[] {
  const checker = new Checker(house, rules);
  return [...files].flatMap((file) => checker.ofFile(file));
}

class Checker {
  readonly #house: House;
  readonly #kept: readonly KeptLibrary[];
  readonly #plan: Plan;
  /** Folders of the packages, by name. */
  readonly #packages: ReadonlyMap<string, string>;

  constructor(house: House, { rooms, kept }: Rules) {
    this.#house = house;
    this.#kept = kept;
    this.#plan = new Plan(rooms);
    this.#packages = new Map([...house.manifests].map(([folder, { name }]) => [name ?? folder, folder]));
  }

  ofFile(file: string): Problem[] {
    const folder = this.#folderOf(file);
    const room = this.#plan.roomOf(file);
    if (room === undefined || this.#hasNoRow(file, folder, room))
      return [{ where: file, what: `${dirname(file)} has no row in tools/layers/table.ts. Add one, at its height.` }];
    return (this.#house.files.get(file) ?? []).flatMap(({ specifier, line }) => {
      const what = specifier === null ? computed(room) : this.#wrong({ room, folder, file, specifier });
      return what === null ? [] : [{ where: `${file}:${line}`, what }];
    });
  }

  /** A folder of a divided package that only the package's own row has. */
  #hasNoRow(file: string, folder: string, room: Room): boolean {
    return room.room === `${folder}/src` && this.#plan.isDivided(folder) && dirname(file) !== room.room;
  }

  #folderOf(path: string): string {
    const folders = [...this.#house.manifests.keys()].filter((folder) => path.startsWith(`${folder}/`));
    return folders.toSorted((a, b) => b.length - a.length)[0] ?? '.';
  }

  /** What is wrong with one import; null when nothing is. */
  #wrong(asked: Asked): string | null {
    if (asked.specifier.startsWith('.')) return this.#wrongPath(asked);
    const name = packageName(asked.specifier);
    const folder = this.#packages.get(name);
    if (folder !== undefined) return this.#wrongPackage(asked, name, folder) ?? this.#undeclared(asked, name);
    return this.#wrongLibrary(asked, name) ?? (isBuiltin(name) ? null : this.#undeclared(asked, name));
  }

  #wrongPath({ room, folder, file, specifier }: Asked): string | null {
    const path = join(dirname(file), specifier);
    const target = this.#plan.roomOf(path);
    if (this.#folderOf(path) !== folder) {
      if (room.reach?.some((reached) => isIn(path, reached))) return null;
      return `'${specifier}' goes around what a package exports. Import the package by its name.`;
    }
    // What is no source (a package.json, a page) has no row.
    if (target === undefined || !this.#house.files.has(path)) return null;
    return this.#plan.allows(room, target, folder) ? null : refusal(specifier, room);
  }

  #wrongPackage({ room, folder, specifier }: Asked, name: string, target: string): string | null {
    if (room.development) return null;
    const allowed = room.packages ?? this.#plan.packageRoom(folder)?.packages ?? [];
    if (allowed.some((one) => `packages/${one}` === target)) return null;
    return name === this.#house.manifests.get(folder)?.name
      ? `'${specifier}' is its own package. Import the file by its path.`
      : refusal(specifier, room);
  }

  #wrongLibrary({ room, folder, file, specifier }: Asked, name: string): string | null {
    if (room.development) return null;
    const allowed = room.libraries ?? this.#plan.packageRoom(folder)?.libraries;
    if (allowed !== undefined && !allowed.includes(isBuiltin(name) ? 'node:' : name)) return refusal(specifier, room);
    const kept = this.#kept.find(({ libraries }) => libraries.includes(name));
    if (kept === undefined || kept.rooms.some((one) => isIn(file, one))) return null;
    return `'${specifier}' is kept to ${kept.rooms.join(', ')}. ${kept.why}`;
  }

  #undeclared({ room, folder }: Asked, name: string): string | null {
    const own = this.#house.manifests.get(folder);
    if (name === own?.name) return null;
    const declared = room.development
      ? { ...developed(this.#house.manifests.get('.')), ...developed(own) }
      : shipped(own);
    if (name in declared) return null;
    return `${name} is not declared. Add it to ${join(folder, 'package.json')}.`;
  }
}

function refusal(specifier: string, { room, why }: Room): string {
  return `'${specifier}' is not for ${room}. ${why}`;
}

/** A test may load a file that it has just written; product code has no reason to. */
function computed(room: Room): string | null {
  return room.development ? null : 'import() of a computed path: nothing can be held to a rule then.';
}

/** `@scope/name/part` and `name/part` without their parts. */
function packageName(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function shipped(manifest: Manifest = {}): Record<string, string> {
  return { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies };
}

function developed(manifest: Manifest = {}): Record<string, string> {
  return { ...shipped(manifest), ...manifest.devDependencies };
}
