/**
 * The service worker: keeps the page and its scripts, so that they come up though the host is away.
 */
const SHELL = 'wa-shell';

self.addEventListener('install', (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(keepShell().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== self.location.origin || event.request.method !== 'GET') return;
  if (event.request.mode === 'navigate') event.respondWith(freshPage());
  else if (url.pathname.startsWith('/static/')) event.respondWith(keptScript(event.request));
});

/** The page loaded before there was a worker: fetches again what it is made of. */
async function keepShell() {
  const response = await fetch('/', { headers: { 'X-Copy': '1' } });
  const html = await response.clone().text();
  const cache = await caches.open(SHELL);
  const scripts = Array.from(html.matchAll(/(?:src|href)="(\/static\/[^"]+)"/g), ([, path]) => path);
  await cache.addAll([...new Set(scripts)]);
  await cache.put('/', response);
}

/** The newest page if the host answers, else the kept one. A host that is silent is waited for: that is the trap. */
async function freshPage() {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch('/');
    if (response.ok) await cache.put('/', response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match('/');
    if (kept) return kept;
    throw error;
  }
}

async function keptScript(request) {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request, response.clone());
  return response;
}
