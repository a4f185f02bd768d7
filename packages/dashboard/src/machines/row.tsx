import { type Machine, type Sending, wordOf } from '@leadmaster/protocol';
import type { ComponentChildren } from 'preact';
import { bytes, exactTime, since } from '../model/format.ts';
import { byMachine, type Tally } from '../model/tally.ts';
import { client } from '../service/client.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { PlaceRow } from '../ui/place.tsx';
import { SendingSwitch } from '../ui/sending.tsx';
import { sessionFacts } from '../ui/session-facts.tsx';
import { words } from '../words/index.ts';
import { DrainMachine } from './drain.tsx';
import { EmptyMachine } from './empty.tsx';
import { RemoveMachine } from './remove.tsx';

interface MachineRowProps {
  machine: Machine;
  others: readonly Machine[];
  onChange: () => void;
}

/** One machine: whether it answers, what is on it, and what can be done with it. */
export function MachineRow({ machine, others, onChange }: MachineRowProps) {
  const { machines } = words.value;
  const { name, url, version, memory, disk, sending, attention } = machine;
  const tally = byMachine.value.get(name) ?? { all: 0, trouble: 0 };
  const change = async (body: { sending: Sending } | { acceptLog: true }): Promise<void> => {
    await client.call('changeMachine', { params: { machine: name }, body });
    onChange();
  };
  const takers = others.filter((other) => other.name !== name && other.state === 'up');
  return (
    <PlaceRow
      name={name}
      about={
        <>
          <code class="faint">{url}</code>
          {version === null ? null : (
            <span class="faint small">
              {machines.version} {version}
            </span>
          )}
        </>
      }
      facts={[
        ...sessionFacts(tally, { machine: name }),
        [machines.memory, <Free key="memory" room={memory} />],
        [machines.disk, <Free key="disk" room={disk} />],
      ]}
      acts={
        <>
          <SendingSwitch name={name} sending={sending} change={(to) => change({ sending: to })} />
          <div class="buttons">
            {attention !== 'other_log' ? null : (
              <Confirm
                title={machines.acceptLogTitle(name)}
                label={machines.acceptLog}
                kind="primary"
                work={() => change({ acceptLog: true })}
              >
                <p>{machines.acceptLogText}</p>
              </Confirm>
            )}
            <DrainMachine machine={machine} onChange={onChange} />
            <EmptyMachine name={name} count={tally.all} hasTaker={takers.length > 0} onChange={onChange} />
            <RemoveMachine name={name} count={tally.all} onChange={onChange} />
          </div>
        </>
      }
    >
      <Standing machine={machine} tally={tally} />
    </PlaceRow>
  );
}

const TONES = { up: 'good', draining: 'wait', down: 'bad' } as const;

/** Whether it answers, since when, and why not. */
function Standing({ machine, tally }: { machine: Machine; tally: Tally }) {
  const { machines, places } = words.value;
  const { name, state, since: from, silence, lastSeenAt, peerUrl, untold, attention, sending } = machine;
  return (
    <>
      <span>
        <span class={`state ${TONES[state]}`}>{machines.states[state]}</span>{' '}
        {from === null || state === 'draining' ? null : (
          <span class="faint" title={exactTime(from)}>
            {machines.since(since(from))}
          </span>
        )}
      </span>
      {silence === null ? null : <Silent silence={silence} />}
      {state === 'down' && lastSeenAt !== null ? <Note>{machines.lastSeen(since(lastSeenAt))}</Note> : null}
      {state === 'down' ? <LookThere /> : null}
      {state === 'draining' ? <Note>{machines.draining(tally.all)}</Note> : null}
      {sending === 'off' ? <span class="warn">{places.sending.onlyListens}</span> : null}
      {untold ? <Note>{places.sending.untold(name)}</Note> : null}
      {peerUrl === null ? null : <span class="faint small">{machines.peers(peerUrl)}</span>}
      {attention === null ? null : (
        <span class="warn">{attention === 'other_log' ? machines.otherLog : machines.unreadable}</span>
      )}
    </>
  );
}

/** Why it does not answer; what is told in English stays below the words of its code. */
function Silent({ silence: { code, detail } }: { silence: NonNullable<Machine['silence']> }) {
  const inWords = wordOf(words.value.told?.errors, code);
  return (
    <span class="small">
      {inWords === null ? null : `${inWords} `}
      <span class={inWords === null ? undefined : 'faint'} lang="en">
        {detail}
      </span>{' '}
      <code class="faint">{code}</code>
    </span>
  );
}

/** What to do about a machine that does not answer. */
function LookThere() {
  return (
    <>
      <span class="small">{words.value.machines.look}</span>
      <Copyable text="./leadmaster doctor" />
    </>
  );
}

function Note({ children }: { children: ComponentChildren }) {
  return <p class="hint">{children}</p>;
}

function Free({ room }: { room: Machine['memory'] }) {
  if (room === null) return '–';
  const { freeBytes, totalBytes } = room;
  const text = words.value.machines.of(bytes(freeBytes), bytes(totalBytes));
  return (
    <>
      {text}
      <meter value={totalBytes - freeBytes} max={totalBytes} high={totalBytes * 0.9} aria-hidden="true" />
    </>
  );
}
