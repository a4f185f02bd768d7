import { processTree } from '@leadmaster/capture/processes';
import { holdersOf } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Browsers on our profiles that LeadMaster did not start, and other programs that have files of a login open. */
export async function checkBrowsers(installation: Installation): Promise<Finding[]> {
  const { browsers, service } = installation;
  // One that has only just started has no record yet, and an older version's record cannot be read.
  const started = pidsBelow(service === null ? [] : [service.pid]);
  const findings = browsers.flatMap(({ session, pid, comm, known }) => {
    if (started.has(pid)) return [];
    if (known === null) return [found('problem', 'stray_browser', `pid ${pid}`, { session, pid, comm })];
    // Its service is gone, and the next one ends it before it starts anything.
    return service === null ? [found('warning', 'orphan_browser', `pid ${pid}`, { session, pid })] : [];
  });
  return [...findings, ...(await holders(installation))];
}

async function holders({ paths, browsers, service }: Installation): Promise<Finding[]> {
  const roots = [process.pid, ...browsers.map(({ pid }) => pid), ...(service === null ? [] : [service.pid])];
  const explained = pidsBelow(roots);
  return (await holdersOf(paths.tokens))
    .filter(({ pid }) => !explained.has(pid))
    .map(({ pid, comm, file }) =>
      // A browser that spells its profile's path in a way of its own is seen by its open files alone.
      found(/chrom|headless/i.test(comm) ? 'problem' : 'warning', 'stray_files', `pid ${pid}`, {
        ...{ pid, comm, file: file ?? '' },
      }),
    );
}

/** These processes and all below them. */
function pidsBelow(roots: readonly number[]): Set<number> {
  return new Set(roots.flatMap((root) => processTree(root).map(({ pid }) => pid)));
}
