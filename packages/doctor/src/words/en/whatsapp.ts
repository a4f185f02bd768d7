import type { FindingsPart } from '../types.ts';

/** WhatsApp Web: whether it is reached, its builds and features, and the browser for it. */
export const whatsapp = {
  feature_broken: {
    what: '{session} cannot use {feature} on build {build} of WhatsApp Web: {detail}',
    fix: 'It is probed again every minute. ./leadmaster capabilities {session} shows all of it; --override {feature} uses it anyway.',
  },
  text_broken: {
    what: '{session} does not send on build {build} of WhatsApp Web, since {feature} is broken: {detail}',
    fix: 'It is probed again every minute. ./leadmaster capabilities {session} shows all of it. Update LeadMaster, or pin a build that works with WEB_VERSION.',
  },
  build_ends: {
    what: 'build {build} of WhatsApp Web, which sessions here are bound to, stops working about {until}: WhatsApp removes its files',
    fix: 'Choose a newer one before that: ./leadmaster builds shows those that are kept. WEB_VERSION=guarded does so by itself.',
  },
  build_escaped: {
    what: '{session} should open build {wanted} of WhatsApp Web but runs {running}',
    fix: 'The page left the chosen build by itself. ./leadmaster session restart {session} opens it again, if it can still open the profile.',
  },
  build_damaged: {
    what: 'the kept page of build {build} of WhatsApp Web, which sessions here are bound to, is damaged: {why}',
    fix: 'No browser opens it. Put the file back from a copy, choose another (./leadmaster builds), or set WEB_VERSION=live, which keeps it again when WhatsApp serves it.',
  },
  build_bad: {
    what: '{session} runs build {build} of WhatsApp Web, which failed here: {why}',
    fix: 'WEB_VERSION=guarded goes back to a good one if nothing is lost by that; ./leadmaster builds lists them.',
  },
  browser_missing: { what: 'there is no browser to run sessions in: {detail}', fix: '{hint}' },
  browser_older: {
    what: 'Chromium {written} has written the profile of {session}, and {installed} is installed: it would erase the login',
    fix: 'Install that version or a newer one, or set CHROME_PATH to one.',
  },
  whatsapp_unreachable: {
    what: 'WhatsApp Web cannot be reached from here ({way}: {detail}): no session can connect',
    fix: 'Check the network, DNS, firewalls, the proxy in CHROME_ARGS or the environment, and for TLS errors the clock. Sessions try again by themselves.',
  },
} satisfies FindingsPart;
