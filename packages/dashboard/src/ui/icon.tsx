/** Outlines of 16 x 16, drawn with the colour of the text. */
const PATHS = {
  search: 'M7 12.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11ZM11 11l3.5 3.5',
  plus: 'M8 3v10M3 8h10',
  back: 'M9.5 3 4.5 8l5 5',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7Z',
  auto: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM8 1.5v13',
  exit: 'M6 2.5H3v11h3M10 5l3 3-3 3M13 8H6.5',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  close: 'm4 4 8 8M12 4l-8 8',
  again: 'M13 8a5 5 0 1 1-1.5-3.6M13 2.5v3h-3',
  check: 'm3 8.5 3.5 3.5L13 4.5',
  alert: 'M8 1.8 15 14H1L8 1.8ZM8 6.2v3.6M8 11.8v.2',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
