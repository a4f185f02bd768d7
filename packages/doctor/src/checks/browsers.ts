import { processTree } from '@leadmaster/capture/processes';
import { holdersOf } from '@leadmaster/session-manager/installation';
import { type Finding, found } from '../finding.ts';
import type { Installation } from '../installation.ts';

/** Browsers on our profiles that no record knows, and other programs that have files of a login open. */
export async function checkBrowsers(installation: Installation): Promise<Finding[]> {
  const { browsers, service } = installation;
  const findings = browsers.flatMap(({ session, pid, comm, known }) => {
    if (known === null) return [found('problem', 'stray_browser', `pid ${pid}`, { session, pid, comm })];
    // Its service is gone, and the next one ends it before it starts anything.
    return service === null ? [found('warning', 'orphan_browser', `pid ${pid}`, { session, pid })] : [];
  });
  return [...findings, ...(await holders(installation))];
}

async function holders({ paths, browsers, service }: Installation): Promise<Finding[]> {
  const roots = [process.pid, ...browsers.map(({ pid }) => pid), ...(service === null ? [] : [service.pid])];
  const explained = new Set(roots.flatMap((root) => processTree(root).map(({ pid }) => pid)));
  return (await holdersOf(paths.tokens))
    .filter(({ pid }) => !explained.has(pid))
    .map(({ pid, comm, file }) =>
      // A browser that spells its profile's path in a way of its own is seen by its open files alone.
      found(/chrom|headless/i.test(comm) ? 'problem' : 'warning', 'stray_files', `pid ${pid}`, {
        ...{ pid, comm, file: file ?? '' },
      }),
    );
}
