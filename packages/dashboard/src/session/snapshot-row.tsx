import { type HubSession, type Snapshot, type VerifyReport, visible } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { bytes, duration, exactTime } from '../model/format.ts';
import { reasonOf } from '../model/states.ts';
import { may } from '../service/me.ts';
import { work } from '../service/operations.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { Ago } from '../ui/time.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Restore } from './restore.tsx';
import { SnapshotMore } from './snapshot-more.tsx';

interface RowProps {
  session: HubSession;
  snapshot: Snapshot;
  onChange: () => void;
}

/** One snapshot: what it is, whether it is proven, and what can be done with it. */
export function SnapshotRow({ session, snapshot, onChange }: RowProps) {
  const { snapshots } = words.value;
  const { at, kind, reason, bytes: size, storedBytes, pauseMs } = snapshot;
  const [isRestoring, setRestoring] = useState(false);
  const proof = useProof(session.name, snapshot, onChange);
  return (
    <li>
      <div class="snapshot">
        <span>
          <time dateTime={at}>{exactTime(at)}</time>{' '}
          <span class="faint">
            <Ago at={at} /> · {reasonOf(reason)}
          </span>
        </span>
        <span class="faint">
          {snapshots.kinds[kind]} · {bytes(size)} · {bytes(storedBytes)} {snapshots.stored} · {snapshots.pause}{' '}
          {pauseMs < 1000 ? `${Math.round(pauseMs)} ms` : duration(pauseMs)}
        </span>
        <Proof snapshot={snapshot} />
        {may('storage') ? (
          <div class="buttons">
            <Button isBusy={proof.isRunning} title={snapshots.verifyHint} onClick={() => proof.prove(false)}>
              {snapshots.verify}
            </Button>
            <Button onClick={() => setRestoring(true)}>{snapshots.restore}</Button>
          </div>
        ) : null}
      </div>
      {proof.error === null ? null : <Problem error={proof.error} />}
      {proof.report === null ? null : <Found report={proof.report} isDrill={proof.isDrill} />}
      <SnapshotMore session={session.name} snapshot={snapshot} proof={proof} onChange={onChange} />
      {isRestoring ? <Restore session={session} snapshot={snapshot} onClose={() => setRestoring(false)} /> : null}
    </li>
  );
}

/** The proof of a snapshot as it was ordered here: by reading it, or by a drill. */
export interface ProofOrder {
  isRunning: boolean;
  error: unknown;
  isDrill: boolean;
  report: VerifyReport | null;
  prove: (drill: boolean) => void;
}

function useProof(session: string, { id }: Snapshot, onChange: () => void): ProofOrder {
  const { isRunning, error, give } = useOrder();
  const [found, setFound] = useState<{ report: VerifyReport | null; isDrill: boolean }>({
    report: null,
    isDrill: false,
  });
  const prove = async (drill: boolean): Promise<void> => {
    const asked = { params: { session, snapshot: id }, body: { drill } };
    setFound({ report: null, isDrill: drill });
    await give(async () => setFound({ report: await work('verifySnapshot', asked), isDrill: drill }));
    onChange();
  };
  return { isRunning, error, ...found, prove: (drill) => void prove(drill) };
}

function Found({ report, isDrill }: { report: VerifyReport; isDrill: boolean }) {
  const { snapshots, parts } = words.value;
  const good = isDrill ? parts.snapshotMore.drilled : snapshots.verified;
  const bad = report.checks
    .filter(({ ok }) => !ok)
    .map(({ name, detail }) => visible(detail === '' ? name : `${name}: ${detail}`));
  return (
    <p role="status" class={report.ok ? 'fine' : 'bad'}>
      {report.ok ? good : snapshots.notGood} {bad.join('; ')}
    </p>
  );
}

function Proof({ snapshot: { verified, verifiedAt } }: { snapshot: Snapshot }) {
  const { snapshots } = words.value;
  if (verified === false) return <span class="bad">{snapshots.damaged}</span>;
  if (verifiedAt === null) return <span class="faint">{snapshots.notProven}</span>;
  return (
    <span class="fine">
      <Ago at={verifiedAt} told={snapshots.proven} />
    </span>
  );
}
