import { useState } from 'preact/hooks';
import { may, me } from '../service/me.ts';
import { Button } from '../ui/button.tsx';
import { words } from '../words/index.ts';
import { DEEDS, type DeedName, deeds } from './bulk.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { run } from './bulk-run.ts';
import { shown } from './filters.ts';
import { selected, tick, ticked } from './selection.ts';

/** What the key that is signed in may order of several sessions. */
export function ownDeeds(): DeedName[] {
  return DEEDS.filter((name) => may(deeds[name].scope) && (!deeds[name].ofOperator || me.value?.kind === 'operator'));
}

/** How many are shown, the box that ticks all of them, and what can be ordered of those that are ticked. */
export function SelectionBar({ count }: { count: string }) {
  const { bulk } = words.value;
  const [asked, setAsked] = useState<DeedName | null>(null);
  const own = ownDeeds();
  const picked = selected.value.length;
  const isBusy = run.value !== null && !run.value.isOver;
  return (
    <div class={picked > 0 ? 'selection has-some' : 'selection'}>
      {own.length === 0 ? null : <TickAll />}
      <p class="faint count" role="status">
        {picked === 0 ? count : bulk.picked(picked)}
      </p>
      {picked === 0 ? null : (
        <div class="buttons">
          {own.map((name) => (
            <Button key={name} isOff={isBusy} onClick={() => setAsked(name)}>
              {bulk.deeds[name].label}
            </Button>
          ))}
          <button type="button" class="text-button" onClick={() => tick(ticked.value, false)}>
            {bulk.clear}
          </button>
        </div>
      )}
      {asked === null ? null : <BulkDialog deed={asked} onClose={() => setAsked(null)} />}
    </div>
  );
}

function TickAll() {
  const { bulk } = words.value;
  const all = shown.value.length;
  const picked = selected.value.length;
  return (
    <label class="pick">
      <input
        type="checkbox"
        checked={all > 0 && picked === all}
        indeterminate={picked > 0 && picked < all}
        onChange={({ currentTarget }) =>
          tick(
            shown.value.map(({ name }) => name),
            currentTarget.checked,
          )
        }
      />
      <span class="hidden">{bulk.pickAll(all)}</span>
    </label>
  );
}
