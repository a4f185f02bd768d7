import { visible } from '@leadmaster/protocol';
import { useState } from 'preact/hooks';
import { words } from '../words/index.ts';
import { Icon } from './icon.tsx';

const TOLD_MS = 2_000;

/** A command or a code, with a button that copies it: as one line, and without anything in it that commands a terminal. */
export function Copyable({ text: given, large = false }: { text: string; large?: boolean }) {
  const text = visible(given);
  const [isCopied, setCopied] = useState(false);
  const { app } = words.value;
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), TOLD_MS);
  };
  return (
    <span class={large ? 'copyable large' : 'copyable'}>
      <code>{text}</code>
      <button type="button" class="icon-button" aria-label={`${app.copy}: ${text}`} onClick={() => void copy()}>
        <Icon name={isCopied ? 'check' : 'copy'} />
      </button>
      <span class="hidden" role="status">
        {isCopied ? app.copied : ''}
      </span>
    </span>
  );
}
