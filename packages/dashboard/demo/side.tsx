import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { isSignedOut } from '../src/service/client.ts';
import { me } from '../src/service/me.ts';
import { Icon } from '../src/ui/icon.tsx';
import { Problem } from '../src/ui/problem.tsx';
import { deskFailure, isPreparing, keepDesk } from './desk.ts';
import { PhonePart } from './phone.tsx';
import { Tour } from './tour/tour.tsx';
import { sideWords } from './words/index.ts';

const KEPT = 'leadmaster-demo-side';
const WIDE = '(min-width: 1340px)';

/** On a narrow screen it lies over the dashboard, so there it is opened by who wants it. */
const isOpen = signal(
  localStorage.getItem(KEPT) === null ? matchMedia(WIDE).matches : localStorage.getItem(KEPT) === 'open',
);
const TABS = ['tour', 'phone'] as const;
const tab = signal<(typeof TABS)[number]>('tour');

function setOpen(open: boolean): void {
  isOpen.value = open;
  localStorage.setItem(KEPT, open ? 'open' : 'closed');
}

/** The keys left and right go from one tab to the other. */
function onArrow({ key }: KeyboardEvent): void {
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
  tab.value = tab.value === 'tour' ? 'phone' : 'tour';
  document.getElementById(`side-tab-${tab.value}`)?.focus();
}

/** The side of the demo's page: the tour and the phone, for who is signed in as the operator. */
export function Side() {
  const isIn = me.value?.kind === 'operator' && !isSignedOut.value;
  const isShown = isIn && isOpen.value;
  useEffect(() => {
    document.body.classList.toggle('with-side', isShown);
  }, [isShown]);
  useEffect(() => {
    if (!isIn) return;
    const ending = new AbortController();
    keepDesk(ending.signal);
    return () => ending.abort();
  }, [isIn]);
  if (!isIn) return null;
  return isShown ? <Open /> : <Closed />;
}

function Closed() {
  return (
    <button type="button" class="side-open" aria-expanded={false} onClick={() => setOpen(true)}>
      {sideWords.value.open}
    </button>
  );
}

function Open() {
  const { title, close, note, preparing, tabs } = sideWords.value;
  return (
    <section class="side" aria-label={title}>
      <header>
        <h2>{title}</h2>
        <div class="side-tabs" role="tablist" aria-label={title} onKeyDown={onArrow}>
          {TABS.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`side-tab-${each}`}
              aria-selected={tab.value === each}
              aria-controls="side-part"
              tabIndex={tab.value === each ? 0 : -1}
              onClick={() => {
                tab.value = each;
              }}
            >
              {tabs[each]}
            </button>
          ))}
        </div>
        <button type="button" class="icon-button" aria-label={close} title={close} onClick={() => setOpen(false)}>
          <Icon name="close" />
        </button>
      </header>
      <div class="side-part" id="side-part" role="tabpanel" aria-labelledby={`side-tab-${tab.value}`}>
        {deskFailure.value === null ? null : <Problem error={deskFailure.value} />}
        {isPreparing.value ? <p role="status">{preparing}</p> : null}
        <fieldset disabled={isPreparing.value}>{tab.value === 'tour' ? <Tour /> : <PhonePart />}</fieldset>
        <p class="faint small">{note}</p>
      </div>
    </section>
  );
}
