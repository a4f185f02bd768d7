import type { HubSession, StorageReport, TrimReport } from '@leadmaster/protocol';
import { useMemo, useState } from 'preact/hooks';
import { Chart } from '../chart/chart.tsx';
import { bytes, duration } from '../model/format.ts';
import { groupOf } from '../model/states.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { isAtWork, work } from '../service/operations.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Shown } from '../ui/shown.tsx';
import { Ago } from '../ui/time.tsx';
import { UnderWay } from '../ui/under-way.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Folders } from './folders.tsx';
import { Section } from './section.tsx';

const CLASSES = ['critical', 'important', 'optional', 'temporary'] as const;
const DAY_MS = 86_400_000;
/** Where the threshold is further away than this, the rate of today tells nothing of it. */
const FAR_DAYS = 365;
/** Fewer measurements make no line. */
const FEWEST = 3;

/** The size of the profile by what its parts are worth, how it grows, and the trim that makes it smaller. */
export function Storage({ session }: { session: HubSession }) {
  const { session: texts } = words.value;
  const { name } = session;
  const loaded = useLoaded((signal) => client.call('getStorage', { params: { session: name } }, { signal }), {
    session: name,
    changes: ({ type }) => ['session.storage', 'session.state', 'session.restored', 'session.trimmed'].includes(type),
  });
  return (
    <Section id="storage" title={texts.sections.storage}>
      <UnderWay session={name} kinds={['trim']} />
      <Shown loaded={loaded}>
        {(report) => (
          <>
            <Sizes report={report} />
            <Folders folders={report.folders ?? []} path={report.path} />
            <OverTime report={report} />
            {may('storage') ? <Trim session={session} report={report} onDone={loaded.reload} /> : null}
          </>
        )}
      </Shown>
    </Section>
  );
}

function Sizes({ report }: { report: StorageReport }) {
  const { storage } = words.value;
  const { classes, warnBytes, measuredAt } = report;
  return (
    <>
      <p>
        <strong class="big">{bytes(report.bytes)}</strong>{' '}
        <span class="faint">
          {storage.warnAt(bytes(warnBytes))} · <Ago at={measuredAt} told={storage.measured} />
        </span>
      </p>
      <SizeBar classes={classes} />
    </>
  );
}

/** The classes side by side, as wide as they are large; each stands in words below. */
function SizeBar({ classes }: { classes: StorageReport['classes'] }) {
  const { storage } = words.value;
  const total = Math.max(
    1,
    CLASSES.reduce((sum, each) => sum + classes[each], 0),
  );
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

/** The size day by day beside what is warned of, and when it comes there at this rate. */
function OverTime({ report }: { report: StorageReport }) {
  const { parts, storage } = words.value;
  const { picture } = parts;
  const { bytes: size, warnBytes, growthBytesPerDay: growth } = report;
  const { times, values } = useMemo(() => {
    // A manager of an earlier version tells no sizes.
    const sizes = report.sizes ?? [];
    return { times: sizes.map(({ at }) => Date.parse(at) / 1000), values: sizes.map((one) => one.bytes) };
  }, [report]);
  const rate = growth === null ? storage.noGrowth : storage.perDay(bytes(growth));
  const left = warnBytes - size;
  const days = growth === null || growth <= 0 ? Number.POSITIVE_INFINITY : left / growth;
  const when = days > FAR_DAYS ? '' : picture.reaches(duration(days * DAY_MS));
  const outlook = left <= 0 ? picture.isOver : when;
  const lines = [
    { label: picture.size, values, told: bytes, axis: 'left', summary: bytes(size) },
    { label: picture.warn, values: times.map(() => warnBytes), told: bytes, isDashed: true, summary: bytes(warnBytes) },
  ] as const;
  const facts = [`${storage.growth}: ${rate}`, outlook].filter((fact) => fact !== '').join(', ');
  return (
    <>
      <h3>{picture.overTime}</h3>
      <p class={left <= 0 ? 'warn' : undefined}>{facts}</p>
      {times.length < FEWEST ? (
        <p class="faint">{picture.tooNew}</p>
      ) : (
        <Chart label={`${picture.overTime}. ${facts}`} times={times} lines={lines} />
      )}
    </>
  );
}

function Trim({ session, report, onDone }: { session: HubSession; report: StorageReport; onDone: () => void }) {
  const { storage, actions, parts } = words.value;
  const { picture } = parts;
  const [done, setDone] = useState<TrimReport | null>(null);
  const { optional, temporary } = report.classes;
  const hasNone = optional + temporary === 0;
  const isRunning = groupOf(session) !== 'resting';
  const trim = async (): Promise<void> => {
    const asked = { params: { session: session.name }, query: { restart: isRunning } };
    setDone(await work('trimStorage', asked));
    onDone();
  };
  const opener = (open: () => void) => (
    <Button isOff={hasNone} isBusy={isAtWork(session.name, 'trim')} onClick={open}>
      {actions.trim}
    </Button>
  );
  return (
    <div class="buttons">
      <Confirm title={actions.trim} label={actions.trim} kind="primary" work={trim} opener={opener}>
        <p>{picture.frees(bytes(optional), bytes(temporary))}</p>
        <p>{picture.costs}</p>
        {isRunning ? <p>{storage.trimRunning}</p> : null}
        <UnderWay session={session.name} kinds={['trim']} />
      </Confirm>
      {hasNone ? <span class="faint">{picture.nothing}</span> : null}
      <span role="status">{done === null ? '' : storage.trimmed(bytes(done.freedBytes))}</span>
    </div>
  );
}
