/**
 * The flags of a drill's browser, all of them: nothing that a user has set (`CHROME_ARGS`) and nothing of puppeteer's is
 * added. A copy of a live login must not reach WhatsApp, so every way to the network is shut off several times over.
 */
const FLAGS: readonly (readonly [flag: string, why: string])[] = [
  ['--host-resolver-rules=MAP * ~NOTFOUND', 'no name leads anywhere'],
  ['--proxy-server=http://127.0.0.1:9', 'what needs no name goes to the discard port of this machine'],
  ['--proxy-bypass-list=<-loopback>', 'this machine itself included'],
  ['--disable-quic', 'no UDP'],
  ['--force-webrtc-ip-handling-policy=disable_non_proxied_udp', 'nor from calls'],
  ['--disable-background-networking', 'the browser asks for nothing of its own'],
  ['--disable-component-update', 'likewise'],
  ['--disable-sync', 'likewise'],
  ['--disable-domain-reliability', 'likewise'],
  ['--disable-client-side-phishing-detection', 'likewise'],
  ['--disable-default-apps', 'likewise'],
  ['--disable-extensions', 'nothing runs but the page'],
  ['--disable-breakpad', 'no crash reports'],
  ['--no-pings', 'no auditing of links'],
  ['--metrics-recording-only', 'measures, and sends nothing'],
  ['--no-first-run', 'asks no questions'],
  ['--no-default-browser-check', 'likewise'],
  ['--password-store=basic', 'no keyring of the desktop'],
  ['--mute-audio', 'silent'],
  ['--disable-gpu', 'it is never shown'],
  ['--disable-dev-shm-usage', 'containers have little there'],
  ['--disable-background-timer-throttling', 'reading is not slowed down'],
  ['--disable-renderer-backgrounding', 'likewise'],
];

/** The command line for a copy of a profile. */
export function drillFlags(profileDir: string, options: { isShell: boolean; isRoot: boolean }): string[] {
  return [
    ...FLAGS.map(([flag]) => flag),
    options.isShell ? '--headless' : '--headless=new',
    // Chromium refuses to start as root with its sandbox on.
    ...(options.isRoot ? ['--no-sandbox'] : []),
    '--remote-debugging-pipe',
    `--user-data-dir=${profileDir}`,
    'about:blank',
  ];
}
