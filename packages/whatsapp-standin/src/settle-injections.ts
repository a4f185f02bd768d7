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
  setRequestInterception(on: boolean): Promise<void>;
}

/** The library's listeners for the page's text are put on through a page whose `on` looks after them. */
function settlePageText(library: Library): void {
  const listen = library.initWebVersionCache.bind(library);
  library.initWebVersionCache = async () => {
    const page = library.pupPage;
    library.pupPage = {
      on: (event, listener) => page.on(event, (argument) => listener(argument).catch(settle)),
      setRequestInterception: (on) => page.setRequestInterception(on),
    };
    await listen().finally(() => {
      library.pupPage = page;
    });
  };
}

const GONE =
  /Target closed|Session closed|Connection closed|detached Frame|Execution context was destroyed|response body|getResponseBody/i;

function settle(error: unknown): void {
  if (!(error instanceof Error && GONE.test(error.message))) throw error;
}
