import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { phone as asNumber } from '../src/model/format.ts';
import { view } from '../src/model/router.ts';
import { Button } from '../src/ui/button.tsx';
import { Problem } from '../src/ui/problem.tsx';
import { StateBadge } from '../src/ui/state.tsx';
import { useOrder } from '../src/ui/use-order.ts';
import { type Act, act, desk, type SidePhone, sessions } from './desk.ts';
import { sideWords } from './words/index.ts';

/** The session whose phone is held; that of the view that is open where none was chosen. */
const chosen = signal<string | null>(null);

/** The phone of one session: what its owner does, what a customer writes, and the WhatsApp behind it. */
export function PhonePart() {
  const { phone: texts } = sideWords.value;
  const known = desk.value;
  if (known === null) return null;
  const shown = view.value;
  const wanted = shown.name === 'session' ? shown.session : chosen.value;
  const held = known.phones.find(({ session }) => session === wanted) ?? inTrouble(known.phones) ?? known.phones[0];
  return (
    <>
      {held === undefined ? (
        <p class="faint">{texts.none}</p>
      ) : (
        <>
          {shown.name === 'session' ? null : <Choice held={held} phones={known.phones} />}
          <Phone key={held.session} phone={held} />
        </>
      )}
      <WhatsApp build={known.build} />
    </>
  );
}

/** The first phone whose session needs a person. */
function inTrouble(phones: readonly SidePhone[]): SidePhone | undefined {
  const waiting = sessions.value.filter(({ stateKind }) => stateKind === 'needs_person');
  return phones.find((phone) => waiting.some(({ name }) => name === phone.session));
}

function Choice({ held, phones }: { held: SidePhone; phones: readonly SidePhone[] }) {
  return (
    <label class="side-choice">
      <span>{sideWords.value.phone.of}</span>
      <select
        value={held.session}
        onChange={({ currentTarget }) => {
          chosen.value = currentTarget.value;
        }}
      >
        {phones.map(({ session }) => (
          <option key={session} value={session}>
            {session}
          </option>
        ))}
      </select>
    </label>
  );
}

function Phone({ phone }: { phone: SidePhone }) {
  const { phone: texts } = sideWords.value;
  const order = useOrder();
  const { session: name, number, name: title, isLinked, isOnline, isBanned, lastGot } = phone;
  const session = sessions.value.find((each) => each.name === name);
  const isScannable = session?.state === 'QR_REQUIRED';
  const give = (given: Act): void => void order.give(() => act(given));
  const stands = isBanned ? texts.banned : !isLinked ? texts.notLinked : isOnline ? texts.linked : texts.offline;
  return (
    <div class="phone">
      <div class="phone-screen">
        <p class="phone-name">{title}</p>
        <p class="number">{asNumber(number)}</p>
        <p role="status" class={isBanned ? 'bad' : isLinked && isOnline ? 'fine' : 'warn'}>
          {stands}
        </p>
        {session === undefined ? null : <StateBadge session={session} />}
        {lastGot === null ? null : (
          <p class="small">
            {texts.lastGot}: <q>{lastGot}</q>
          </p>
        )}
      </div>
      <div class="phone-keys">
        <Button
          kind={isScannable ? 'primary' : 'plain'}
          isBusy={order.isRunning}
          isOff={!isScannable}
          title={texts.scanNote}
          onClick={() => give({ act: 'scan', session: name })}
        >
          {texts.scan}
        </Button>
        <Button isOff={!isLinked || order.isRunning} onClick={() => give({ act: 'unlink', session: name })}>
          {texts.unlink}
        </Button>
        <Button
          isOff={!isLinked || order.isRunning}
          onClick={() => give({ act: isOnline ? 'offline' : 'online', session: name })}
        >
          {isLinked && !isOnline ? texts.online : texts.offlineDo}
        </Button>
        <Button isOff={order.isRunning} onClick={() => give({ act: isBanned ? 'unban' : 'ban', session: name })}>
          {isBanned ? texts.unban : texts.ban}
        </Button>
        <Button
          isOff={order.isRunning || (session?.runtime ?? null) === null}
          onClick={() => give({ act: 'kill', session: name })}
        >
          {texts.kill}
        </Button>
      </div>
      {order.error === null ? null : <Problem error={order.error} />}
      <Customer session={name} />
    </div>
  );
}

/** A customer who writes to the session. */
function Customer({ session }: { session: string }) {
  const { phone: texts } = sideWords.value;
  const [text, setText] = useState('');
  const order = useOrder();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text.trim() === '') return;
    if (await order.give(() => act({ act: 'write', session, text: text.trim() }))) setText('');
  };
  return (
    <form class="phone-write" onSubmit={(event) => void submit(event)}>
      <label>
        <span>{texts.write}</span>
        <input
          type="text"
          maxLength={500}
          value={text}
          placeholder={texts.text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <Button type="submit" isBusy={order.isRunning}>
        {texts.send}
      </Button>
      {order.error === null ? null : <Problem error={order.error} />}
    </form>
  );
}

function WhatsApp({ build }: { build: { version: string; isBad: boolean } }) {
  const { phone: texts } = sideWords.value;
  const order = useOrder();
  const give = (given: Act): void => void order.give(() => act(given));
  return (
    <div class="side-whatsapp">
      <h3>{texts.whatsapp}</h3>
      <p class="small">
        {texts.build} <code>{build.version}</code>
        {build.isBad ? `, ${texts.bad}` : ''}
      </p>
      <div class="buttons">
        <Button isBusy={order.isRunning} onClick={() => give({ act: build.isBad ? 'good_build' : 'bad_build' })}>
          {build.isBad ? texts.goodBuild : texts.badBuild}
        </Button>
      </div>
      {order.error === null ? null : <Problem error={order.error} />}
    </div>
  );
}
