import type { EngineEvent } from '../engine.ts';

/**
 * What a run tells. Once its login is over it tells nothing but its own end: the QR that the page then shows is not to be
 * scanned in this browser (facts, library 3), and an erased login is no unlinked one.
 */
export class RunVoice {
  #listener: ((event: EngineEvent) => void) | null;
  #isLoginOver = false;

  constructor(listener: (event: EngineEvent) => void) {
    this.#listener = listener;
  }

  tell(event: EngineEvent): void {
    if (this.#isLoginOver && event.type !== 'lost') return;
    this.#isLoginOver ||= event.type === 'erased' || event.type === 'unlinked';
    this.#listener?.(event);
  }

  /** Tells nothing from here on; the returned function undoes that. */
  hush(): () => void {
    const listener = this.#listener;
    this.#listener = null;
    return () => {
      this.#listener = listener;
    };
  }
}
