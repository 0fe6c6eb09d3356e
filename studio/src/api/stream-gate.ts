const LONGEST_WAIT_MS = 400;

/**
 * Reading waits for the event stream to stand (at most 0.4 s): subscribe first, fetch second, so no event falls between.
 * One gate per page, like the one stream.
 */
class StreamGate {
  private readonly opened: Promise<void>;
  private release: () => void = () => undefined;

  constructor() {
    this.opened = new Promise((resolve) => { this.release = resolve; });
  }

  open(): void {
    this.release();
  }

  /** Resolves when the stream stands or the limit is over. */
  wait(): Promise<void> {
    const limit = new Promise<void>((resolve) => { setTimeout(resolve, LONGEST_WAIT_MS); });
    return Promise.race([this.opened, limit]);
  }
}

export const streamGate = new StreamGate();
