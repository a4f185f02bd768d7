/**
 * For tests that run whatsapp-web.js in their own process. After every navigation the library injects itself again and
 * awaits that nowhere, so that a browser closed or a page navigated meanwhile is an unhandled rejection (facts, library 9),
 * which ends a test run. Those that this explains are settled (a navigation is followed by an injection of its own); any
 * other failure stays one. Call it before `initialize`.
 */
export function settleInjections(client: object): void {
  const untyped = client as { inject(): Promise<void> };
  const inject = untyped.inject.bind(client);
  let isFirst = true;
  untyped.inject = async () => {
    const isAwaited = isFirst;
    isFirst = false;
    try {
      await inject();
    } catch (error) {
      if (isAwaited || !isOfPageThatIsGone(error)) throw error;
    }
  };
}

const GONE = /Target closed|Session closed|Connection closed|detached Frame|Execution context was destroyed/i;

function isOfPageThatIsGone(error: unknown): boolean {
  return error instanceof Error && GONE.test(error.message);
}
