import type { Routes } from '@leadmaster/client';
import type { AnswerOf, HubSession, OnboardingLink } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { phone } from '../model/format.ts';
import { client } from '../service/client.ts';
import { Button } from '../ui/button.tsx';
import { Copyable } from '../ui/copyable.tsx';
import { Problem } from '../ui/problem.tsx';
import { Shown } from '../ui/shown.tsx';
import { Ago, Until } from '../ui/time.tsx';
import { useLoaded } from '../ui/use-loaded.ts';
import { useOrder } from '../ui/use-order.ts';
import { words } from '../words/index.ts';
import { QrPicture } from './qr-picture.tsx';

type MadeLink = AnswerOf<Routes['createLink']>;

/** Onboarding links: the owner of the phone links the session without a key. A new one is shown as a QR, once. */
export function Links({ session: { name, expectedPhone } }: { session: HubSession }) {
  const { links } = words.value.parts;
  const [made, setMade] = useState<MadeLink | null>(null);
  const order = useOrder();
  const loaded = useLoaded((signal) => client.call('listLinks', { params: { session: name } }, { signal }), {
    session: name,
    // A link that is opened starts the session, or has it show the next QR.
    changes: ({ type }) => type === 'session.state' || type === 'session.qr',
  });
  const make = async (): Promise<void> => {
    const asked = { params: { session: name }, body: { expectedPhone } };
    await order.give(async () => setMade(await client.call('createLink', asked)));
    loaded.reload();
  };
  const isOpen = ({ id, state }: OnboardingLink): boolean => id === made?.id && state === 'waiting';
  const isMadeOpen = made !== null && loaded.data?.items.some(isOpen) !== false;
  return (
    <div class="links">
      <h3>{links.title}</h3>
      <p class="faint">
        {links.intro} {expectedPhone === null ? '' : links.bound(phone(expectedPhone))}
      </p>
      {order.error === null ? null : <Problem error={order.error} />}
      {isMadeOpen ? <Made name={name} made={made} /> : null}
      <div class="buttons">
        <Button isBusy={order.isRunning} onClick={() => void make()}>
          {isMadeOpen ? links.another : links.make}
        </Button>
      </div>
      <Shown loaded={loaded}>
        {({ items }) => <Open name={name} items={openOnes(items)} onChange={loaded.reload} />}
      </Shown>
    </div>
  );
}

function Made({ name, made }: { name: string; made: MadeLink }) {
  const { links } = words.value.parts;
  return (
    <div class="scan made" role="status">
      <figure class="qr">
        <QrPicture text={made.url} label={links.qrAlt(name)} />
      </figure>
      <div>
        <p>{links.scan}</p>
        <Copyable text={made.url} />
        <p class="faint">
          {links.once} · <Until at={made.expiresAt} told={links.ends} />
        </p>
      </div>
    </div>
  );
}

function Open({ name, items, onChange }: { name: string; items: readonly OnboardingLink[]; onChange: () => void }) {
  const { links } = words.value.parts;
  if (items.length === 0) return <p class="faint">{links.none}</p>;
  return (
    <>
      <h3>{links.open}</h3>
      <ul class="plain-rows">
        {items.map((link) => (
          <OpenLink key={link.id} name={name} link={link} onChange={onChange} />
        ))}
      </ul>
    </>
  );
}

function OpenLink({ name, link, onChange }: { name: string; link: OnboardingLink; onChange: () => void }) {
  const { links } = words.value.parts;
  const { id, createdAt, claimedAt, claims, expiresAt, expectedPhone } = link;
  const order = useOrder();
  const revoke = async (): Promise<void> => {
    if (await order.give(() => client.call('revokeLink', { params: { session: name, link: id } }))) onChange();
  };
  return (
    <li>
      <Ago at={createdAt} told={links.made} />
      {expectedPhone === null ? null : <span>{phone(expectedPhone)}</span>}
      <span>{claimedAt === null ? links.notClaimed : <Ago at={claimedAt} told={links.claimed} />}</span>
      {claims > 1 ? <span class="warn">{links.claims(claims)}</span> : null}
      <span class="faint">
        <Until at={expiresAt} told={links.ends} />
      </span>
      <Button isBusy={order.isRunning} onClick={() => void revoke()}>
        {links.revoke}
      </Button>
      {order.error === null ? null : <Problem error={order.error} />}
    </li>
  );
}

/** The newest first. */
function openOnes(items: readonly OnboardingLink[]): OnboardingLink[] {
  return items.filter(({ state }) => state === 'waiting').sort((a, b) => b.createdAt.localeCompare(a.createdAt));
}
