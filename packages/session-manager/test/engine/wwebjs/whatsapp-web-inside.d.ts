/** What the library runs in the page first: it lays the page's modules out for itself. */
declare module 'whatsapp-web.js/src/util/Injected/AuthStore/AuthStore.js' {
  export const ExposeAuthStore: () => void;
}
