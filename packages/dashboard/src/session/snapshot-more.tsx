import type { Snapshot } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { accountText, duration, exactTime } from '../model/format.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { words } from '../words/index.ts';
import { Export } from './export.tsx';
import type { ProofOrder } from './snapshot-row.tsx';

interface MoreProps {
  session: string;
  snapshot: Snapshot;
  proof: ProofOrder;
  onChange: () => void;
}

/** What is seldom asked of a snapshot: where it comes from, and what takes long or is final. */
export function SnapshotMore({ session, snapshot, proof, onChange }: MoreProps) {
  const { snapshotMore, exporting } = words.value.parts;
  const [isExporting, setExporting] = useState(false);
  return (
    <details>
      <summary>{snapshotMore.more}</summary>
      <Facts snapshot={snapshot} />
      <div class="buttons">
        {may('storage') ? (
          <Button isBusy={proof.isRunning} title={snapshotMore.drillText} onClick={() => proof.prove(true)}>
            {snapshotMore.drill}
          </Button>
        ) : null}
        {may('admin') ? <Button onClick={() => setExporting(true)}>{exporting.action}</Button> : null}
        {may('storage') ? <Delete session={session} snapshot={snapshot} onDone={onChange} /> : null}
      </div>
      {may('storage') ? <p class="faint small">{snapshotMore.drillText}</p> : null}
      {isExporting ? <Export session={session} snapshot={snapshot} onClose={() => setExporting(false)} /> : null}
    </details>
  );
}

function Facts({ snapshot }: { snapshot: Snapshot }) {
  const { facts } = words.value.parts.snapshotMore;
  const { frozenAt, account, files, chromium, generation, writtenBy, durationMs, verifiedAt } = snapshot;
  const known: [string, string | null][] = [
    [facts.frozen, exactTime(frozenAt)],
    [facts.account, account === null ? null : accountText(account)],
    [facts.files, String(files)],
    [facts.browser, chromium === null ? null : `Chromium ${chromium}`],
    [facts.generation, String(generation)],
    [facts.host, writtenBy?.host ?? null],
    [facts.took, duration(durationMs)],
    [facts.proven, verifiedAt === null ? null : exactTime(verifiedAt)],
  ];
  return (
    <dl class="facts">
      {known.map(([label, value]) =>
        value === null ? null : (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function Delete({ session, snapshot, onDone }: { session: string; snapshot: Snapshot; onDone: () => void }) {
  const { snapshots } = words.value;
  const remove = async (): Promise<void> => {
    await client.call('deleteSnapshot', { params: { session, snapshot: snapshot.id } });
    onDone();
  };
  return (
    <Confirm title={snapshots.deleteTitle(exactTime(snapshot.at))} label={snapshots.delete} work={remove}>
      <p>{snapshots.deleteText}</p>
    </Confirm>
  );
}
