import type { Problem, Rules } from './check.ts';
import type { House } from './house.ts';
import { isIn, Plan } from './plan.ts';
import type { Room } from './table.ts';

/** What is wrong with the table itself: rows for nothing, and edges that point up or nowhere. */
export function checkTable(house: House, { rooms, kept }: Rules): Problem[] {
  const plan = new Plan(rooms);
  const files = [...house.files.keys()];
  const isEmpty = (room: string): boolean => !files.some((file) => isIn(file, room));
  const named = [...rooms.map(({ room }) => room), ...kept.flatMap((library) => library.rooms)];
  return [
    ...named.filter(isEmpty).map((room) => ({ where: room, what: 'No file is in it. Take its row out.' })),
    ...rooms.flatMap((row) => misplaced(plan, row)),
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
