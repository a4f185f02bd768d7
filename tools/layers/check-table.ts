import { check, type Problem, type Rules } from './check.ts';
import type { House } from './house.ts';
import { isIn, Plan } from './plan.ts';
import type { Room } from './table.ts';

/** What is wrong with the table itself: rows for nothing, edges that point up or nowhere, and permissions without a use. */
export function checkTable(house: House, rules: Rules): Problem[] {
  const { rooms, kept } = rules;
  const plan = new Plan(rooms);
  const files = [...house.files.keys()];
  const isEmpty = (room: string): boolean => !files.some((file) => isIn(file, room));
  const named = [...rooms.map(({ room }) => room), ...kept.flatMap((library) => library.rooms)];
  return [
    ...named.filter(isEmpty).map((room) => ({ where: room, what: 'No file is in it. Take its row out.' })),
    ...rooms.flatMap((row) => misplaced(plan, row)),
    ...rooms.flatMap((row) => unused(house, rules, row)),
  ];
}

/** The edges of a row that name no row below it. */
function misplaced(plan: Plan, row: Room): Problem[] {
  const src = /^packages\/[^/]+\/src/.exec(row.room)?.[0] ?? row.room;
  const targets = [
    ...(row.rooms ?? []).map((name) => `${src}/${name}`),
    ...(row.packages ?? []).map((name) => `packages/${name}/src`),
  ];
  const isBelow = (target: string): boolean => {
    const found = plan.table.find(({ room }) => room === target);
    return found !== undefined && plan.isBelow(found, row);
  };
  return targets
    .filter((target) => !isBelow(target))
    .map((target) => ({
      where: row.room,
      what: `It names ${target}, which has no row below it: rows stand from the outside in.`,
    }));
}

const PERMISSIONS = ['rooms', 'packages', 'libraries', 'reach'] as const;

/** What a row allows and no file of it imports: without that permission, as much is wrong as with it. */
function unused(house: House, { rooms, kept }: Rules, row: Room): Problem[] {
  const files = [...house.files.keys()].filter((file) => isIn(file, row.room));
  const wrongWith = (changed: Room): number =>
    check(house, { kept, rooms: rooms.map((one) => (one === row ? changed : one)) }, files).length;
  const wrong = wrongWith(row);
  return PERMISSIONS.flatMap((permission) => {
    const allowed = row[permission] ?? [];
    return allowed
      .filter((name) => wrongWith({ ...row, [permission]: allowed.filter((one) => one !== name) }) === wrong)
      .map((name) => ({ where: row.room, what: `No file of it needs ${name} in its ${permission}. Take it out.` }));
  });
}
