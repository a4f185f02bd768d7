import { localTime, visible } from '@leadmaster/protocol';

/** A text from elsewhere inside a line of Markdown: on one line, and nothing in it breaks out of a table's cell. */
export function inline(text: string): string {
  return visible(text).replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

/** A text as code; it may contain backticks. */
export function code(text: string): string {
  const clean = visible(text).replaceAll('|', '\\|');
  const fence = clean.includes('`') ? '``' : '`';
  const room = clean.startsWith('`') || clean.endsWith('`') ? ' ' : '';
  return `${fence}${room}${clean}${room}${fence}`;
}

/** Lines of a table, its cells as they are. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** A block of text as it is. */
export function block(lines: readonly string[], language = ''): string[] {
  return [`\`\`\`${language}`, ...lines.map(visible), '```'];
}

/** A size as people say it: 922 MB. */
export function size(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value >= 10 || unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A time as everywhere for people, or that there is none. */
export function time(iso: string | null): string {
  return iso === null ? '-' : localTime(iso);
}
