import type { Socket } from 'bun';
import type { FailureLog } from './failure-log.ts';
import type { FetchApplication } from './fetch-application.ts';
import { ScgiConversation } from './scgi-conversation.ts';

const SETTLE_MS = 2000;
const CHECK_MS = 20;

/** The conversations of one process. */
export class Conversations {
  readonly #application: FetchApplication;
  readonly #log: FailureLog;
  readonly #open = new Set<ScgiConversation>();
  #answering = 0;
  #quiet: PromiseWithResolvers<void> | undefined;

  constructor(application: FetchApplication, log: FailureLog) {
    this.#application = application;
    this.#log = log;
  }

  /** Requests whose answer is not out. */
  get answering(): number {
    return this.#answering;
  }

  begin(socket: Socket<ScgiConversation>, isUnix: boolean, answered: () => void): ScgiConversation {
    this.#answering += 1;
    const conversation = new ScgiConversation(socket, {
      application: this.#application,
      log: this.#log,
      isUnix,
      answered: () => {
        this.#answering -= 1;
        answered();
        if (this.#answering === 0) this.#quiet?.resolve();
      },
      closed: () => this.#open.delete(conversation),
    });
    this.#open.add(conversation);
    return conversation;
  }

  /** Resolves when every answer is out, and those who were still sending have had a moment to see theirs. */
  async finish(): Promise<void> {
    if (this.#answering > 0) {
      this.#quiet = Promise.withResolvers();
      await this.#quiet.promise;
    }
    const endMs = performance.now() + SETTLE_MS;
    while (this.#open.size > 0 && performance.now() < endMs) await Bun.sleep(CHECK_MS);
  }
}
