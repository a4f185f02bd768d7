import { whyNoNamespaces } from './networks/namespace.ts';

/** Where the two managers of a proof are. */
export interface Place {
  inNamespaces: boolean;
  /** How it reads in a report, with the reason when it is not what it might be. */
  words: string;
}

/**
 * In two network namespaces where they can be made and nothing else was asked for.
 *
 * @throws Error when namespaces were asked for and cannot be made.
 */
export function choosePlace(wanted = 'either'): Place {
  if (wanted === 'folders') return inFolders('as was asked for');
  if (wanted !== 'either' && wanted !== 'namespaces') throw new Error(`--in is namespaces or folders; it is ${wanted}`);
  const why = whyNoNamespaces();
  if (why === null) return { inNamespaces: true, words: 'in two network namespaces, TLS over the link between them' };
  if (wanted === 'namespaces') throw new Error(why);
  return inFolders(why);
}

function inFolders(why: string): Place {
  return { inNamespaces: false, words: `in two data folders on one loopback (${why})` };
}
