/**
 * The flags that make a real Chromium see the stand-in as web.whatsapp.com, and nothing else at all.
 */
export function chromeArgs(host: string, port: number, spki: string): string[] {
  return [
    `--host-resolver-rules=MAP web.whatsapp.com ${host}:${port}, MAP * ~NOTFOUND`,
    `--ignore-certificate-errors-spki-list=${spki}`,
    '--no-proxy-server',
    // A page that is not loaded from the network (a kept copy of an old version) counts as public, and a public page may
    // not speak to loopback. The stand-in is public in its part.
    `--ip-address-space-overrides=${host}:${port}=public`,
  ];
}

/** The same flags in one line, quoted as a shell would need them. */
export function quoteArgs(args: readonly string[]): string {
  return args.map((arg) => (/^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`)).join(' ');
}
