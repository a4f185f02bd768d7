/** Adopts a folder as the current user, and prints the result: `adopting.ts DATA SOURCE copy|move`. */
import { LeadMasterError } from '@leadmaster/protocol';
import { openManager } from './managers.ts';

const [dataDir = '', path = '', mode] = process.argv.slice(2);
const context = await openManager(dataDir);
try {
  await context.adoption.adopt({ name: 'ventas', path, mode: mode === 'move' ? 'move' : 'copy' });
  console.log(JSON.stringify({ code: 'adopted' }));
} catch (error) {
  if (!(error instanceof LeadMasterError)) throw error;
  const { code, message, hint } = error;
  console.log(JSON.stringify({ code, message, hint }));
} finally {
  await context.close();
}
