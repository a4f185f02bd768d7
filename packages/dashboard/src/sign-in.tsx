import { useState } from 'preact/hooks';
import { offeredCode, signIn } from './service/me.ts';
import { Button } from './ui/button.tsx';
import { Copyable } from './ui/copyable.tsx';
import { Problem } from './ui/problem.tsx';
import { useOrder } from './ui/use-order.ts';
import { words } from './words/index.ts';

/** Where a page of another address has opened a link: it may be the link of someone else, and this browser would be theirs. */
export function OfferedLink({ code }: { code: string }) {
  const { signIn: texts } = words.value;
  const order = useOrder();
  const leave = (): void => {
    offeredCode.value = null;
  };
  const use = async (): Promise<void> => {
    if (await order.give(() => signIn({ code }))) leave();
  };
  return (
    <div class="panel form sign-in">
      <h1>{texts.offered}</h1>
      <p>{texts.offeredText}</p>
      {order.error === null ? null : <Problem error={order.error} />}
      <div class="buttons">
        <Button kind="primary" isBusy={order.isRunning} onClick={() => void use()}>
          {texts.submit}
        </Button>
        <Button onClick={leave}>{words.value.app.cancel}</Button>
      </div>
    </div>
  );
}

/** Where no one is signed in. `failure`: why the link that opened the page did not. */
export function SignIn({ failure }: { failure: unknown }) {
  const { signIn: texts } = words.value;
  const [key, setKey] = useState('');
  const order = useOrder();
  const error = order.error ?? failure;
  const submit = (event: Event): void => {
    event.preventDefault();
    if (key.trim() !== '') void order.give(() => signIn({ key: key.trim() }));
  };
  return (
    <form class="panel form sign-in" onSubmit={submit}>
      <h1>{texts.title}</h1>
      <p>{texts.intro}</p>
      <label>
        <span>{texts.key}</span>
        <input
          type="password"
          name="key"
          value={key}
          autoComplete="current-password"
          spellcheck={false}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
      </label>
      {error === null ? null : <Problem error={error} />}
      <div class="buttons">
        <Button type="submit" kind="primary" isBusy={order.isRunning}>
          {order.isRunning ? texts.signingIn : texts.submit}
        </Button>
      </div>
      <hr />
      <p class="faint">{texts.link}</p>
      <p>
        <Copyable text={texts.command} />
      </p>
      <p class="faint">{texts.keyFile}</p>
    </form>
  );
}
