/** Where bytes go. After `end` or `fail` nothing more comes. */
export interface ByteSink {
  /** Takes the bytes, which stay valid. `false`: hold back until the source's `resume` is called. */
  write(chunk: Uint8Array): boolean;
  end(): void;
  /** The flow broke off: `code` says why. */
  fail(code: FlowFailure): void;
}

/** Where bytes come from. */
export interface ByteSource {
  /** Starts the flow; called at most once. */
  open(sink: ByteSink): void;
  /** Goes on after a `write` that returned `false`. */
  resume(): void;
}

/** `too-large`: over the bound; `malformed`: broken framing; `late`: no progress in time; `gone`: the peer left. */
export type FlowFailure = 'too-large' | 'malformed' | 'late' | 'gone';
