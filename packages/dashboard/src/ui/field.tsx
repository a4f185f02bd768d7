import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { words } from '../words/index.ts';

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onInput: (value: string) => void;
  /** What it may be, below it. */
  rule?: ComponentChildren;
  type?: 'text' | 'url' | 'password' | 'date' | 'number';
  isRequired?: boolean;
  isFirst?: boolean;
}

/** A field of a form, with its rule. */
export function Field({
  label,
  name,
  value,
  onInput,
  rule,
  type = 'text',
  isRequired = false,
  isFirst = false,
}: FieldProps) {
  const id = useId();
  // Preact types inputs of each kind apart; what is given here fits all of them.
  const kind = { type } as { type: 'text' };
  return (
    <div class="field">
      <label>
        <span>
          {label}
          {isRequired ? null : <span class="faint"> ({words.value.places.optional})</span>}
        </span>
        <input
          name={name}
          {...kind}
          value={value}
          required={isRequired}
          min={type === 'number' ? 0 : undefined}
          // biome-ignore lint/a11y/noAutofocus: the page is this form
          autoFocus={isFirst}
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          aria-describedby={rule === undefined ? undefined : id}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
        />
      </label>
      {rule === undefined ? null : (
        <p id={id} class="faint small">
          {rule}
        </p>
      )}
    </div>
  );
}
