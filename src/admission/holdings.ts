import type { Body } from '../core/body.ts';
import type { Slot } from '../core/capacity-ledger.ts';
import type { Daemon } from '../core/daemon.ts';

/** What one request holds while it is worked on. Given back all together, however the work ended. */
export class Holdings {
  body: Body | undefined;
  /** Ends the turn in the admission queue. */
  turnDone: (() => void) | undefined;
  slot: Slot | undefined;
  #conversation: Daemon | undefined;

  /** The body, which is the taker's to release from now on. */
  takeBody(): Body | undefined {
    const { body } = this;
    this.body = undefined;
    return body;
  }

  /** From before it is asked for until the work is over, nobody may retire the daemon. Ends the conversation before, if there was one. */
  converse(daemon: Daemon | undefined): void {
    const before = this.#conversation;
    this.#conversation = daemon;
    daemon?.enter();
    before?.leave();
  }

  giveBack(): void {
    const body = this.takeBody();
    if (body?.kind === 'file') body.release();
    this.converse(undefined);
    const { slot, turnDone } = this;
    this.slot = undefined;
    this.turnDone = undefined;
    slot?.release();
    turnDone?.();
  }
}
