import type { SettingsSection } from './table.ts';

const WIDTH = 120;

/** The text of `.env.example`: every setting with what it is for, commented out, with its default. */
export function printExample(head: string, sections: readonly SettingsSection[]): string {
  return [comment(head), ...sections.flatMap(sectionLines)].join('\n\n').concat('\n');
}

function sectionLines({ title, settings }: SettingsSection): string[] {
  return [
    `# --- ${title} `.padEnd(WIDTH - 5, '-'),
    ...Object.entries(settings).map(([name, { meaning, shown, default: fallback }]) => {
      return `${comment(meaning)}\n#${name}=${shown ?? fallback ?? ''}`;
    }),
  ];
}

/** A text as lines of comment, broken between words. */
function comment(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line.length + word.length + 3 > WIDTH && line !== '') lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}
