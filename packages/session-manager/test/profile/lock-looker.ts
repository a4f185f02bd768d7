/** Looks who holds a lock, again and again, until it is ended. */
import { livingOwner } from '../../src/profile/locks.ts';

const [file = ''] = process.argv.slice(2);
console.log('looking');
const look = (): void => {
  for (let i = 0; i < 20; i += 1) livingOwner(file);
  setImmediate(look);
};
look();
