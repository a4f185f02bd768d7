/** `npm run check` and `npm test` run it: every import of the checkout against the table. Exits with 1 on a problem. */
import { dirname } from 'node:path';
import { check } from './check.ts';
import { checkTable } from './check-table.ts';
import { readHouse } from './house.ts';
import { KEPT_LIBRARIES, ROOMS } from './table.ts';

const root = dirname(dirname(import.meta.dirname));
const rules = { rooms: ROOMS, kept: KEPT_LIBRARIES };
const house = readHouse(root, ROOMS);
const problems = [...checkTable(house, rules), ...check(house, rules)];
for (const { where, what } of problems) console.log(`${where}  ${what}`);
console.log(`Layers: ${house.files.size} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
