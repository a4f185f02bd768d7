/** The library's own helpers, which it puts into the page. */
declare module 'whatsapp-web.js/src/util/Injected/Utils.js' {
  export const LoadUtils: () => void;
}
