import type { AuditHead, AuditReport } from '@leadmaster/protocol';
import { useRef, useState } from 'preact/hooks';
import { client } from '../service/client.ts';
import { save } from '../service/download.ts';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { exported, exportedHead, headIn } from './export.ts';

/** The hub reads every line that it keeps. */
const VERIFY_MS = 600_000;

/** Whether the audit is what was written, and its end to be kept elsewhere. */
export function Proof() {
  const { audit } = words.value;
  const [report, setReport] = useState<AuditReport | 'no head' | 'kept' | null>(null);
  const [verifying, saving] = [useOrder(), useOrder()];
  const chooser = useRef<HTMLInputElement>(null);
  const verify = async (head: AuditHead | null): Promise<void> => {
    setReport(null);
    const query = head === null ? {} : { head: `${head.line}:${head.mac}` };
    setReport(await client.call('verifyAudit', { query }, { timeoutMs: VERIFY_MS }));
  };
  const verifyFile = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    const head = headIn(await file.text());
    if (head === null) setReport('no head');
    else await verify(head);
  };
  const chosen = (input: HTMLInputElement): void => {
    const file = input.files?.[0];
    void verifying.give(() => verifyFile(file));
    // The same file may be chosen again.
    input.value = '';
  };
  const download = async (take: typeof exported, kind: string): Promise<void> => {
    const { lines, head } = await take();
    save(lines, `${kind}-${head.line}.jsonl`);
    setReport('kept');
  };
  return (
    <section class="panel proof" aria-labelledby="proof">
      <h2 id="proof">{audit.proof}</h2>
      <p class="faint">{audit.intro}</p>
      <div class="buttons">
        <Button isBusy={verifying.isRunning} onClick={() => void verifying.give(() => verify(null))}>
          {verifying.isRunning ? audit.verifying : audit.verify}
        </Button>
        <Button isOff={verifying.isRunning} onClick={() => chooser.current?.click()}>
          {audit.verifyFile}
        </Button>
        <input
          ref={chooser}
          type="file"
          class="hidden"
          tabIndex={-1}
          accept=".jsonl,.json"
          aria-label={audit.verifyFile}
          onChange={({ currentTarget }) => chosen(currentTarget)}
        />
        <Button isBusy={saving.isRunning} onClick={() => void saving.give(() => download(exported, 'audit'))}>
          {audit.download}
        </Button>
        <Button isOff={saving.isRunning} onClick={() => void saving.give(() => download(exportedHead, 'audit-head'))}>
          {audit.downloadHead}
        </Button>
      </div>
      {[verifying.error, saving.error].map((error) => (error === null ? null : <Problem key="error" error={error} />))}
      <div role="status">
        {report === null ? null : report === 'kept' ? (
          <p>{audit.keep}</p>
        ) : report === 'no head' ? (
          <p class="warn">{audit.noHead}</p>
        ) : (
          <Report report={report} />
        )}
      </div>
    </section>
  );
}

/** What a verification has found. */
function Report({ report: { ok, lines, head, given, problems } }: { report: AuditReport }) {
  const { audit } = words.value;
  return (
    <>
      {ok ? <p class="fine">{audit.whole(lines, head.line)}</p> : <p class="bad">{audit.damaged}</p>}
      <ul>
        {problems.map(({ problem, line }) => (
          <li key={`${problem} ${line}`}>{audit.problems[problem](line)}</li>
        ))}
      </ul>
      {given === null ? null : <p>{audit.given[given]}</p>}
      {ok ? null : <p>{audit.damagedAdvice}</p>}
    </>
  );
}
