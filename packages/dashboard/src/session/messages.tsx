import { type HubSession, type Message, wordOf } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { phone } from '../model/format.ts';
import { client } from '../service/client.ts';
import { may } from '../service/me.ts';
import { Shown } from '../ui/shown.tsx';
import { Submit } from '../ui/submit.tsx';
import { Ago, Until } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { Section } from './section.tsx';

const SHOWN = 10;

/** Sends a text, and follows what was sent to the blue ticks. */
export function Messages({ session }: { session: HubSession }) {
  const { session: texts, messages } = words.value;
  const { name } = session;
  const loaded = useLoaded(
    (signal) => client.call('listMessages', { params: { session: name }, query: { limit: SHOWN } }, { signal }),
    { session: name, changes: ({ type }) => /^message\.(sent|ack|failed|queued|expired|uncertain)/.test(type) },
  );
  return (
    <Section id="messages" title={texts.sections.messages}>
      {may('send') ? <Compose session={session} onSent={loaded.reload} /> : null}
      <h3>{messages.sent}</h3>
      <Shown loaded={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <p class="faint">{messages.none}</p>
          ) : (
            <ul class="messages" aria-live="polite">
              {items.map((message) => (
                <MessageRow key={message.id} message={message} />
              ))}
            </ul>
          )
        }
      </Shown>
    </Section>
  );
}

function Compose({ session, onSent }: { session: HubSession; onSent: () => void }) {
  const { messages } = words.value;
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  // The same order again, after an answer that was lost, sends once.
  const [attempt, setAttempt] = useState(() => crypto.randomUUID());
  const order = useOrder();
  if (session.sending === 'off') return <p class="faint">{messages.onlyListens}</p>;
  if (!session.canSend) return <p class="faint">{messages.notReady}</p>;
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setAttempt(crypto.randomUUID());
  };
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const asked = {
      params: { session: session.name },
      headers: { 'idempotency-key': attempt },
      body: { to: recipientOf(to), text },
    };
    if (!(await order.give(() => client.call('sendMessage', asked)))) return;
    change(setText)('');
    onSent();
  };
  return (
    <form class="form compose" onSubmit={(event) => void submit(event)}>
      <label>
        <span>{messages.to}</span>
        <input
          required
          value={to}
          placeholder={messages.toHint}
          autoComplete="off"
          onInput={({ currentTarget }) => change(setTo)(currentTarget.value)}
        />
      </label>
      <label>
        <span>{messages.text}</span>
        <textarea
          required
          rows={2}
          value={text}
          onInput={({ currentTarget }) => change(setText)(currentTarget.value)}
        />
      </label>
      <Submit order={order} label={messages.send} running={messages.sending} />
    </form>
  );
}

/** A number as people write it is its digits; a WhatsApp id stays as it is. */
function recipientOf(text: string): string {
  const plain = text.trim();
  return /^[\d\s+()-]+$/.test(plain) ? plain.replaceAll(/\D/g, '') : plain;
}

function MessageRow({ message }: { message: Message }) {
  const { messages } = words.value;
  const { state, to, at, code, retryAt } = message;
  const why = state === 'UNCERTAIN' ? messages.uncertain : code === null ? null : wordOf(messages.codes, code);
  return (
    <li class={state}>
      <span>{phone(to.replace(/@.*/, ''))}</span>
      <span class="message-state">{messages.states[state]}</span>
      <span class="when">
        <Ago at={at} />
      </span>
      {why === null ? null : (
        <p class="warn">
          {why} {retryAt === null ? null : <Until at={retryAt} told={messages.again} />}
        </p>
      )}
    </li>
  );
}
