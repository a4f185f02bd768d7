import { dataPaths } from './paths.ts';
import { isWithin, realPathOf } from './real-path.ts';
import { dataFolderAround } from './recognise.ts';

/**
 * The folder of sessions that a path is in, of this data folder or of another LeadMaster's; null where it is in none.
 *
 * @throws LeadMasterError `profile_unreadable`.
 */
export async function tokensAround(path: string, dataDir: string): Promise<string | null> {
  const real = await realPathOf(path);
  const around = dataFolderAround(real);
  const all = [dataDir, ...(around === null ? [] : [around])].map((root) => dataPaths(root).tokens);
  return all.find((tokens) => isWithin(real, tokens)) ?? null;
}
