import { accountLabel, type HubSession, isRestricted, visible } from '@leadmaster/protocol';
import { useEffect } from 'preact/hooks';
import { accountText, bytes, exactTime, now, since } from '../model/format.ts';
import { pathOf } from '../model/router.ts';
import { isSilent, standsSince } from '../model/silent.ts';
import { groupOf, hintOf, whyOf } from '../model/states.ts';
import { nextStep } from '../model/steps.ts';
import { may } from '../service/me.ts';
import { inView } from '../service/sessions.ts';
import { Link } from '../ui/link.tsx';
import { StateBadge } from '../ui/state.tsx';
import { StepButton } from '../ui/step-button.tsx';
import { Ago } from '../ui/time.tsx';
import { words } from '../words/index.ts';
import type { Outcome } from './bulk-run.ts';
import { tick } from './selection.ts';

/** What is drawn is asked for again within some minutes: what is older could not be had. */
const OLD_MS = 180_000;
/** Growth by less than 100 kB a day is no news. */
const GROWTH_TOLD = 100_000;

interface RowProps {
  session: HubSession;
  /** Whether it is ticked; null where the key that is signed in may order nothing of several. */
  isTicked: boolean | null;
  /** What became of an order for several that it was in. */
  outcome: Outcome | undefined;
}

/** One session of the list: how it stands, why, and the one thing to do. Drawn again when it has changed, not when others have. */
export function SessionRow({ session, isTicked, outcome }: RowProps) {
  const { name } = session;
  const isCalm = groupOf(session) === 'ready' || groupOf(session) === 'resting';
  const step = may('control') ? nextStep(session) : null;
  useEffect(() => {
    inView.add(name);
    return () => void inView.delete(name);
  }, [name]);
  return (
    <div class={isTicked === true ? 'row is-ticked' : 'row'}>
      {isTicked === null ? null : <Tick name={name} isTicked={isTicked} />}
      <Who session={session} />
      <Stands session={session} isCalm={isCalm} outcome={outcome} />
      <div class="facts-of-row">
        <Evidence session={session} />
        <Warnings session={session} />
      </div>
      <div class="do">
        {step === null ? null : <StepButton step={step} kind={isCalm ? 'plain' : 'primary'} failsAside />}
      </div>
    </div>
  );
}

function Tick({ name, isTicked }: { name: string; isTicked: boolean }) {
  return (
    <label class="pick">
      <input type="checkbox" checked={isTicked} onChange={({ currentTarget }) => tick([name], currentTarget.checked)} />
      <span class="hidden">{words.value.bulk.pick(name)}</span>
    </label>
  );
}

function Who({ session }: { session: HubSession }) {
  const { list } = words.value;
  const { name, machine, tenant } = session;
  const whose = whoseOf(session);
  return (
    <div class="who">
      <Link to={pathOf(name)} class="name">
        {name}
      </Link>
      <span class="faint" title={whose}>
        {whose}
      </span>
      <span class="faint where">
        {machine === null ? null : (
          <span class="machine" title={list.machine}>
            {machine}
          </span>
        )}
        {tenant === null ? null : <span title={list.tenant}>{tenant}</span>}
      </span>
    </div>
  );
}

/** What is linked; where nothing is, whose session it is. */
function whoseOf({ account, owner = null }: HubSession): string {
  const { notLinked } = words.value.list;
  if (account !== null) return accountText(account);
  return owner === null ? notLinked : `${accountLabel(owner)} ${notLinked}`;
}

function Stands({ session, isCalm, outcome }: { session: HubSession; isCalm: boolean; outcome: Outcome | undefined }) {
  const { list, bulk } = words.value;
  const from = standsSince(session);
  const [hint, why] = [isCalm ? '' : hintOf(session), whyOf(session)];
  return (
    <div class="stands">
      <span>
        <StateBadge session={session} />{' '}
        <span class="faint" title={exactTime(from)}>
          {list.since(since(from))}
        </span>
        {outcome === undefined ? null : <span class={`outcome ${outcome.is}`}>{bulk.outcomes[outcome.is]}</span>}
      </span>
      {why === '' ? null : (
        <span class="why" title={visible(why)}>
          {why}
        </span>
      )}
      {session.state === 'READY' && !isSilent(session) ? <Alive session={session} /> : null}
      {hint === '' ? null : (
        <p class="hint" title={visible(hint)}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** What is not as it should be, in any state. */
function Warnings({ session }: { session: HubSession }) {
  const { list } = words.value;
  const isOld = !isSilent(session) && now.value - Date.parse(session.asOf) > OLD_MS;
  const told = [
    ...(isOld ? [list.oldNews(since(session.asOf))] : []),
    ...(session.snapshotFailure === null ? [] : [list.snapshotFailed]),
    ...(isRestricted(session.limits) ? [list.restricted] : []),
    ...(session.sending === 'off' ? [list.listensOnly] : []),
  ].join(' · ');
  return told === '' ? null : (
    <span class="warn warnings" title={told}>
      {told}
    </span>
  );
}

/** What READY rests on. */
function Alive({ session: { health, runtime } }: { session: HubSession }) {
  const { list } = words.value;
  return (
    <span class="faint small">
      {list.lastProbe} <Ago at={health.lastProbeAt} />
      {runtime?.webVersion == null ? null : <span class="build">{` · ${list.build} ${runtime.webVersion}`}</span>}
    </span>
  );
}

function Evidence({ session }: { session: HubSession }) {
  const { list } = words.value;
  const { account, state, health, storage, lastSnapshot, runtime } = session;
  // Of an account that waits for a decision none is taken; those of the session's own are there.
  const isToSave = account !== null && state !== 'WRONG_ACCOUNT';
  const saved = lastSnapshot !== null ? <Saved snapshot={lastSnapshot} /> : isToSave ? <Unsaved /> : '–';
  return (
    <dl class="evidence">
      <Fact label={list.lastIn} value={<Ago at={health.lastInboundAt} bare />} />
      <Fact label={list.lastAck} value={<Ago at={health.lastAckAt} bare />} folds />
      <Fact label={list.size} value={<Size storage={storage} />} folds />
      <Fact label={list.memory} value={runtime?.pssBytes == null ? '–' : bytes(runtime.pssBytes)} />
      <Fact label={list.snapshot} value={saved} />
    </dl>
  );
}

/** With what it gains a day, where that is known and worth a word. */
function Size({ storage: { bytes: size, growthBytesPerDay: growth } }: Pick<HubSession, 'storage'>) {
  if (size === null) return <>–</>;
  if (growth == null || growth < GROWTH_TOLD) return <>{bytes(size)}</>;
  const { list, storage } = words.value;
  return (
    <>
      {bytes(size)}{' '}
      <span class="faint" title={`${storage.growth}: ${storage.perDay(bytes(growth))}`}>
        {list.growth(bytes(growth))}
      </span>
    </>
  );
}

function Saved({ snapshot: { at, damaged, verified } }: { snapshot: NonNullable<HubSession['lastSnapshot']> }) {
  const { list } = words.value;
  const proof = damaged ? 'damaged' : verified ? 'proven' : 'notProven';
  const tone = { damaged: 'warn', proven: 'fine', notProven: 'faint' }[proof];
  return (
    <span>
      <Ago at={at} bare /> <span class={tone}>{list[proof]}</span>
    </span>
  );
}

function Unsaved() {
  return <span class="warn">{words.value.list.noSnapshot}</span>;
}

/** `folds`: whether it folds away where there is less room. */
function Fact({ label, value, folds = false }: { label: string; value: preact.ComponentChildren; folds?: boolean }) {
  return (
    <div class={folds ? 'folds' : undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
