/**
 * For tests that run whatsapp-web.js in their own process. After every navigation the library injects itself again, and at
 * every page it reads the page's text; it awaits neither, so that a browser closed or a page navigated meanwhile is an
 * unhandled rejection (facts, library 9), which ends a test run. Those that this explains are settled (a navigation is
 * followed by an injection of its own); any other failure stays one. Call it before `initialize`.
 */
export function settleInjections(client: object): void {
  const library = client as Library;
  const inject = library.inject.bind(client);
  let isFirst = true;
  library.inject = async () => {
    const isAwaited = isFirst;
    isFirst = false;
    await inject().catch((error) => {
      if (isAwaited) throw error;
      settle(error);
    });
  };
  settlePageText(library);
}

/** What is touched of the library's client. */
interface Library {
  inject(): Promise<void>;
  initWebVersionCache(): Promise<void>;
  pupPage: Page;
}

interface Page {
  on(event: string, listener: (argument: unknown) => Promise<void>): void;
}

/** The library's listeners for the page's text are put on through a page whose `on` looks after them. */
function settlePageText(library: Library): void {
  const listen = library.initWebVersionCache.bind(library);
  library.initWebVersionCache = async () => {
    const page = library.pupPage;
    library.pupPage = listeningWith(page, (event, listener) =>
      page.on(event, (argument) => listener(argument).catch(settle)),
    );
    await listen().finally(() => {
      library.pupPage = page;
    });
  };
}

/** The page with another `on`; all else is the page's own, since a test may ask it meanwhile. */
function listeningWith(page: Page, on: Page['on']): Page {
  return new Proxy(page, {
    get(of, name) {
      if (name === 'on') return on;
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? value.bind(of) : value;
    },
  });
}

const GONE =
  /Target closed|Session closed|Connection closed|detached Frame|Execution context was destroyed|response body|getResponseBody/i;

function settle(error: unknown): void {
  if (!(error instanceof Error && GONE.test(error.message))) throw error;
}
