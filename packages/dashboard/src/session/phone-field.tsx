import { words } from '../words/index.ts';

/** A field for a phone number, as people write one. */
export function PhoneField({
  label,
  value,
  onInput,
}: {
  label: string;
  value: string;
  onInput: (value: string) => void;
}) {
  return (
    <label>
      <span>{label}</span>
      <input
        type="tel"
        required
        value={value}
        placeholder={words.value.linking.phoneHint}
        autoComplete="off"
        onInput={({ currentTarget }) => onInput(currentTarget.value)}
      />
    </label>
  );
}

/** The number without what people write between its digits. What else is in it the hub refuses. */
export function digitsOf(text: string): string {
  return text.replaceAll(/[\s+()-]/g, '');
}
