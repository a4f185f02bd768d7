/** The page of a build, in the shape of WhatsApp's (whatsapp-web-2026, 3.1 and 7.3), as far as builds are told by it. */
export function pageOf(build: string, knobs: Readonly<Record<string, number>> = KNOBS): string {
  const revision = build.split('.').at(-1);
  const table = Object.fromEntries(Object.entries(knobs).map(([knob, r]) => [knob, { r }]));
  return [
    '<!DOCTYPE html><html id="whatsapp-web"><head><meta charset="utf-8">',
    `<script data-btmanifest="${revision}_main" src="https://static.whatsapp.net/rsrc.php/${revision}/a.js"></script>`,
    '<link rel="preload" as="script" href="https://static.whatsapp.net/rsrc.php/b.js?x=1&amp;y=2">',
    '<link rel="icon" href="data:,">',
    '<script src="data:application/javascript;base64,AAAA"></script>',
    `<script type="application/json">{"server_revision":1,"client_revision":${revision},"push_phase":"C3",`,
    `"justknobx":${JSON.stringify(table)}}</script></head><body></body></html>`,
  ].join('\n');
}

export const KNOBS = { 1617: 198, 1618: 8, 1623: 6, 1663: 14, 1664: 2 };

/** The same with another number of the database of messages. */
export function knobs(schema: number): Record<string, number> {
  return { ...KNOBS, 1617: schema };
}
