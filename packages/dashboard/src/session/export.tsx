import { LeadMasterError, PASSPHRASE_HEADER, type Snapshot } from '@leadmaster/protocol';
import { useEffect, useRef, useState } from 'preact/hooks';
import { bytes, exactTime } from '../model/format.ts';
import { client } from '../service/client.ts';
import { fileOf, save } from '../service/download.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Problem } from '../ui/problem.tsx';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';

const SHORTEST = 12;
/** Large profiles over slow lines. */
const LOAD_MS = 6 * 3_600_000;

interface ExportProps {
  session: string;
  snapshot: Snapshot;
  onClose: () => void;
}

/** A snapshot as one file that a passphrase opens. Closed before its end, the download is given up. */
export function Export({ session, snapshot, onClose }: ExportProps) {
  const { parts, app } = words.value;
  const { exporting } = parts;
  const [phrase, setPhrase] = useState('');
  const [again, setAgain] = useState('');
  const [loaded, setLoaded] = useState(0);
  const [isDone, setDone] = useState(false);
  const order = useOrder();
  const ending = useRef(new AbortController());
  useEffect(() => () => ending.current.abort(), []);
  const isUnlike = again !== '' && again !== phrase;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (phrase !== again) return;
    void order.give(async () => {
      const { signal } = ending.current;
      await download(session, snapshot.id, { phrase, signal, onBytes: setLoaded }).catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      setDone(true);
    });
  };
  return (
    <Dialog title={exporting.title(exactTime(snapshot.at))} onClose={onClose}>
      {isDone ? (
        <>
          <p role="status" class="fine">
            {exporting.done}
          </p>
          <div class="buttons">
            <Button onClick={onClose}>{app.close}</Button>
          </div>
        </>
      ) : (
        <form class="form" onSubmit={submit}>
          <p>{exporting.text}</p>
          <Phrase label={exporting.passphrase} value={phrase} onInput={setPhrase} />
          <Phrase label={exporting.again} value={again} onInput={setAgain} isWrong={isUnlike} />
          <p class={isUnlike ? 'bad' : 'faint'}>{isUnlike ? exporting.differ : exporting.notKept}</p>
          {order.error === null ? null : <Failure error={order.error} />}
          <div class="buttons">
            <Button type="submit" kind="primary" isBusy={order.isRunning} isOff={isUnlike}>
              {exporting.download}
            </Button>
            <Button onClick={onClose}>{app.cancel}</Button>
            <span class="faint">{order.isRunning && loaded > 0 ? exporting.loaded(bytes(loaded)) : ''}</span>
          </div>
        </form>
      )}
    </Dialog>
  );
}

/** What the service refuses; all else is a file that broke off. */
function Failure({ error }: { error: unknown }) {
  if (error instanceof LeadMasterError) return <Problem error={error} />;
  return (
    <p class="bad" role="alert">
      {words.value.parts.exporting.broken}
    </p>
  );
}

interface PhraseProps {
  label: string;
  value: string;
  onInput: (value: string) => void;
  isWrong?: boolean;
}

function Phrase({ label, value, onInput, isWrong = false }: PhraseProps) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="password"
        required
        minLength={SHORTEST}
        autoComplete="new-password"
        aria-invalid={isWrong}
        value={value}
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

interface Download {
  phrase: string;
  signal: AbortSignal;
  onBytes: (bytes: number) => void;
}

/** @throws LeadMasterError what the service refuses, and what the file breaks off with. An abort saves nothing. */
async function download(session: string, snapshot: string, { phrase, signal, onBytes }: Download): Promise<void> {
  const asked = { params: { session, snapshot }, headers: { [PASSPHRASE_HEADER]: encodeURIComponent(phrase) } };
  const answer = await client.request('exportSnapshot', asked, { signal, timeoutMs: LOAD_MS });
  save(await fileOf(answer, onBytes), `${session}-${snapshot}.lmx`);
}
