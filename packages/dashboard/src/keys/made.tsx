import { type HubKey, ownName, shellWord, visible } from '@leadmaster/protocol';
import { useEffect, useRef } from 'preact/hooks';
import { sessions } from '../service/sessions.ts';
import { Copyable } from '../ui/copyable.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/link.tsx';
import { words } from '../words/index.ts';

export type Made = HubKey & { key: string };

/** A key with its secret, this once, and the first lines to try it with. */
export function MadeKey({ made }: { made: Made }) {
  const { made: texts } = words.value.keys;
  const { key, scopes } = made;
  const heading = useRef<HTMLHeadingElement>(null);
  // The form is gone: a reader of the screen is told what is here instead.
  useEffect(() => heading.current?.focus(), []);
  return (
    <section class="panel form wide" aria-labelledby="made">
      <h1 id="made" ref={heading} tabIndex={-1}>
        {texts.title(visible(made.name))}
      </h1>
      <Copyable text={key} />
      <p class="once">
        <Icon name="alert" /> {texts.once}
      </p>
      <h2>{texts.try}</h2>
      <Example text={texts.list} line={curlList(key)} />
      {scopes.includes('send') ? <Example text={texts.send} line={curlSend(made)} /> : null}
      {scopes.includes('read') ? <Example text={texts.listen} line={curlEvents(key)} /> : null}
      <Example text={texts.cli} line={leadmaster(key)} />
      <p>
        {texts.docs} <a href="/docs">{`${location.origin}/docs`}</a>
      </p>
      <div class="buttons">
        <Link to="/keys" class="button primary">
          {texts.done}
        </Link>
      </div>
    </section>
  );
}

function Example({ text, line }: { text: string; line: string }) {
  return (
    <div class="example">
      <p class="small">{text}</p>
      <Copyable text={line} />
    </div>
  );
}

function curlList(key: string): string {
  return `curl -H 'Authorization: Bearer ${key}' ${location.origin}/v1/sessions`;
}

/** To a session that the key is for, best one that is ready; a tenant's key calls it without the tenant. */
function curlSend({ key, tenant, sessions: only }: Made): string {
  const all = [...sessions.value.values()];
  const known = only ?? all.filter((one) => one.tenant === tenant).map(({ name }) => name);
  const ready = known.find((name) => sessions.value.get(name)?.state === 'READY');
  const first = ready ?? known[0] ?? 'ventas';
  const name = tenant === null ? first : ownName(first);
  const body = JSON.stringify({ to: '5491100000001', text: words.value.keys.made.hello });
  return [
    `curl ${location.origin}/v1/sessions/${name}/messages -H 'Authorization: Bearer ${key}'`,
    `-H 'Content-Type: application/json' -H 'Idempotency-Key: first-1' -d ${shellWord(body)}`,
  ].join(' ');
}

function curlEvents(key: string): string {
  return `curl -N -H 'Authorization: Bearer ${key}' -H 'Accept: text/event-stream' ${location.origin}/v1/events`;
}

function leadmaster(key: string): string {
  return `LEADMASTER_URL=${location.origin} LEADMASTER_KEY=${key} ./leadmaster sessions`;
}
