import type { UsageReport } from '@leadmaster/protocol';
import { useMemo } from 'preact/hooks';
import { Chart } from '../chart/chart.tsx';
import { bytes, duration, percent } from '../model/format.ts';
import { lastAndMost, seriesOf } from '../model/usage.ts';
import { client } from '../service/client.ts';
import { looksAgain } from '../service/live.ts';
import { Shown } from '../ui/shown.tsx';
import { useLoaded, useReload } from '../ui/use-loaded.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

/** Memory and processor time of the session's browser over the last day. */
export function Usage({ name }: { name: string }) {
  const { usage } = words.value.parts;
  const load = (signal: AbortSignal): Promise<UsageReport> =>
    client.call('getUsage', { params: { session: name } }, { signal });
  const loaded = useLoaded(load, { session: name, changes: ({ type }) => type === 'session.state' });
  useReload(looksAgain, loaded.reload);
  return (
    <Section id="usage" title={usage.title}>
      <Shown loaded={loaded}>
        {(report) => (report.items.length < 2 ? <p class="faint">{usage.none}</p> : <Lines report={report} />)}
      </Shown>
    </Section>
  );
}

function Lines({ report }: { report: UsageReport }) {
  const { usage } = words.value.parts;
  const { times, memory, processor } = useMemo(() => seriesOf(report), [report]);
  const ofCore = (share: number): string => percent(share);
  const lines = [
    { label: usage.memory, values: memory, told: bytes, axis: 'left', summary: summaryOf(memory, bytes) },
    { label: usage.processor, values: processor, told: ofCore, axis: 'right', summary: summaryOf(processor, ofCore) },
  ] as const;
  const spanMs = ((times.at(-1) ?? 0) - (times[0] ?? 0)) * 1000;
  const told = lines.map(({ label, summary }) => `${label}: ${summary}`).join('; ');
  return <Chart label={`${usage.chart(duration(spanMs))}. ${told}`} times={times} lines={lines} />;
}

function summaryOf(values: readonly (number | null)[], told: (value: number) => string): string {
  const { usage } = words.value.parts;
  const known = lastAndMost(values);
  return known === null ? '–' : `${told(known.last)} ${usage.now}, ${told(known.most)} ${usage.most}`;
}
