import type { Exchange } from './exchange.ts';

/** Called for every well-formed request. Takes over the exchange. */
export type ExchangeHandler = (exchange: Exchange) => void;

/** A way in. */
export interface Listener {
  /** As an operator writes it: `http://127.0.0.1:8080`, the port that was really taken included. */
  readonly address: string;
  /** Accepts no more; resolves when what is under way is finished, or cut after `graceMs`. */
  close(graceMs: number): Promise<void>;
}
