import { readFile, stat } from 'node:fs/promises';
import { errorText, LeadMasterError } from '@leadmaster/protocol';

/**
 * The text of a key file. `hint`: what to do where it cannot be read.
 *
 * @throws LeadMasterError `vault_key_missing`
 */
export async function readKeyText(file: string, hint: string): Promise<string> {
  try {
    // A pipe would never end.
    if (!(await stat(file)).isFile()) throw new Error('it is not a regular file');
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new LeadMasterError('vault_key_missing', `The key file ${file} cannot be read: ${errorText(error)}`, hint, {
      cause: error,
    });
  }
}
