import { operate } from '@leadmaster/client';
import type { HubSession, StorageReport, TrimReport } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { bytes, since } from '../model/format.ts';
import { groupOf } from '../model/states.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Section, Shown } from './section.tsx';

const CLASSES = ['critical', 'important', 'optional', 'temporary'] as const;
const FOLDERS = 6;

/** The size of the profile by what its parts are worth, and the trim that makes it smaller. */
export function Storage({ session }: { session: HubSession }) {
  const { session: texts } = words.value;
  const { name } = session;
  const loaded = useLoaded((signal) => client.call('getStorage', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => ['session.storage', 'session.state', 'session.restored'].includes(type),
  });
  return (
    <Section id="storage" title={texts.sections.storage}>
      <Shown loaded={loaded}>
        {(report) => (
          <>
            <Sizes report={report} />
            {may('storage') ? <Trim session={session} report={report} onDone={loaded.reload} /> : null}
          </>
        )}
      </Shown>
    </Section>
  );
}

function Sizes({ report }: { report: StorageReport }) {
  const { storage } = words.value;
  const { classes, growthBytesPerDay, warnBytes, folders, measuredAt, path } = report;
  return (
    <>
      <p>
        <strong class="big">{bytes(report.bytes)}</strong>{' '}
        <span class="faint">
          {storage.warnAt(bytes(warnBytes))} · {storage.growth}{' '}
          {growthBytesPerDay === null ? storage.noGrowth : storage.perDay(bytes(growthBytesPerDay))} ·{' '}
          {storage.measured(since(measuredAt))}
        </span>
      </p>
      <SizeBar classes={classes} />
      {folders === undefined ? null : (
        <details>
          <summary>{storage.folders}</summary>
          <ul class="folders">
            {folders.slice(0, FOLDERS).map((folder) => (
              <li key={`${folder.path} ${folder.class}`} class={folder.class}>
                <code>{folder.path}</code>
                <span class="faint">{storage.files(folder.files)}</span>
                <span>{bytes(folder.bytes)}</span>
              </li>
            ))}
          </ul>
          {path === '' || path === undefined ? null : (
            <p class="faint">
              {storage.path}: <code>{path}</code>
            </p>
          )}
        </details>
      )}
    </>
  );
}

/** The classes side by side, as wide as they are large; each stands in words below. */
function SizeBar({ classes }: { classes: StorageReport['classes'] }) {
  const { storage } = words.value;
  const total = Math.max(1, ...[CLASSES.reduce((sum, each) => sum + classes[each], 0)]);
  let x = 0;
  const parts = CLASSES.map((each) => {
    const width = (100 * classes[each]) / total;
    x += width;
    return { each, from: x - width, width };
  });
  return (
    <>
      <svg class="size-bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ each, from, width }) => (
          <rect key={each} class={each} x={from} width={width} height="4" />
        ))}
      </svg>
      <ul class="legend">
        {CLASSES.map((each) => (
          <li key={each} class={each}>
            {storage.classes[each]} <span class="number">{bytes(classes[each])}</span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Trim({ session, report, onDone }: { session: HubSession; report: StorageReport; onDone: () => void }) {
  const { storage, actions, app } = words.value;
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<TrimReport | null>(null);
  const order = useOrder();
  const spare = report.classes.optional + report.classes.temporary;
  const isRunning = groupOf(session) !== 'resting';
  const trim = async (): Promise<void> => {
    const asked = { params: { session: session.name }, query: { restart: isRunning } };
    const isDone = await order.give(async () => setDone(await operate(client, 'trimStorage', asked)));
    if (!isDone) return;
    setAsking(false);
    onDone();
  };
  return (
    <div class="buttons">
      <Button isOff={spare === 0} onClick={() => setAsking(true)}>
        {actions.trim}
      </Button>
      <span role="status">{done === null ? '' : storage.trimmed(bytes(done.freedBytes))}</span>
      {isAsking ? (
        <Dialog title={actions.trim} onClose={() => setAsking(false)}>
          <p>{storage.trims(bytes(spare))}</p>
          {isRunning ? <p>{storage.trimRunning}</p> : null}
          {order.error === null ? null : <Problem error={order.error} />}
          <div class="buttons">
            <Button kind="primary" isBusy={order.isRunning} onClick={() => void trim()}>
              {actions.trim}
            </Button>
            <Button onClick={() => setAsking(false)}>{app.cancel}</Button>
          </div>
        </Dialog>
      ) : null}
    </div>
  );
}
