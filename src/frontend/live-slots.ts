import type { RunLane } from '../core/lane.ts';
import { hasCode } from '../system/has-code.ts';
import { BootClock } from './boot-clock.ts';
import { processStart } from './process-start.ts';
import { makeSharedFolder } from './shared-folder.ts';
import { encodeSlotName, parseSlotName, type Slot, type SlotState } from './slot-name.ts';
import { listFolder } from './system/list-folder.ts';
import { makeLink } from './system/make-link.ts';
import { removeFile } from './system/remove-file.ts';
import { renameFile } from './system/rename-file.ts';

/** The other living requests of an application: never the one that asks. */
export interface LiveCount {
  readonly inflight: Readonly<Record<RunLane, number>>;
  readonly queued: number;
  /** Of those that wait, how many started before the one that asks. */
  readonly ahead: number;
  readonly oldestWaitMs: number;
}

/** Clock ticks a second in /proc: fixed at 100 for programs on every Linux (USER_HZ). */
const TICK_MS = 10;
/** 2^32 divided by the golden ratio, odd: multiplying by it spreads neighbours (Knuth, volume 3, section 6.4). */
const GOLDEN = 0x9e3779b1;

/**
 * The living requests of one application, known to each of its frontends without a process that keeps them: a folder with a name for each,
 * process id and start time and what it is at. The kernel makes, changes and removes a name at once and whole, so no lock is needed, nothing
 * can be half written, and whoever dies leaves no more than a name that anybody may remove: that process will never be there again. An
 * `execve` keeps both process id and start time, so the program goes on counting in the frontend's place until it ends.
 *
 *     enter            move, tryLane              leave, or whoever counts after its end
 *   ────────► waiting ──────────────► exec, forward ────────► (no name)
 *
 * A table in one file was measured beside it: 10 (memory) to 50 (disk) microseconds less for each request, but two processes whose ids fall on the same place
 * take it from each other without noticing. What costs is asking /proc, 8 microseconds for each living request, either way.
 *
 * No method throws: a count that cannot be kept costs no request. `trouble` says why. Process ids must mean the same to all who use the
 * folder: one PID namespace.
 */
export class LiveSlots {
  readonly #folder: string;
  readonly #pid: number;
  #start: string | undefined;
  #state: SlotState | undefined;
  #trouble: Error | undefined;

  constructor(folder: string, pid = process.pid) {
    this.#folder = folder;
    this.#pid = pid;
  }

  /** Why the last thing that went wrong did. */
  get trouble(): Error | undefined {
    return this.#trouble;
  }

  /** From now on this process counts. */
  enter(state: SlotState): void {
    if (this.#state !== undefined) return this.move(state);
    if (!/^\d+$/.test(this.#ownStart())) {
      this.#trouble = new Error('expected /proc/self/stat to say when this process started');
      return;
    }
    if (this.#isSweeper()) this.count();
    const path = this.#path(state);
    for (let round = 0; round < 2; round += 1) {
      try {
        // A link to nowhere is the cheapest thing with a name: it needs no descriptor and has no mode.
        makeLink('.', path);
        this.#state = state;
        return;
      } catch (error) {
        // Left by this very process, before an execve of itself.
        if (hasCode(error, 'EEXIST')) this.#state = state;
        if (this.#state !== undefined) return;
        if (round > 0 || !this.#make(error)) {
          this.#trouble = error as Error;
          return;
        }
      }
    }
  }

  move(state: SlotState): void {
    if (this.#state === undefined || this.#state === state) return;
    try {
      renameFile(this.#path(this.#state), this.#path(state));
      this.#state = state;
    } catch (error) {
      this.#trouble = error as Error;
      // Somebody removed the name, or the folder: this process lives all the same.
      this.#state = undefined;
      if (hasCode(error, 'ENOENT')) this.enter(state);
    }
  }

  leave(): void {
    if (this.#state === undefined) return;
    this.#remove({ pid: this.#pid, start: this.#ownStart(), state: this.#state });
    this.#state = undefined;
  }

  /**
   * Goes from waiting into the lane unless `limit` others are in it. Never are more than `limit` in it that were let in: each takes its place first and
   * counts then, so the last to come sees all before it. Two that come at once for one place may both have to ask again: wait a random moment.
   * True where nothing can be counted.
   */
  tryLane(lane: RunLane, limit: number): boolean {
    // Most who find it full need not come in and leave again, which others would see.
    if (this.count().inflight[lane] >= limit) return false;
    this.move(lane);
    if (this.count().inflight[lane] < limit) return true;
    this.move('waiting');
    return false;
  }

  /** Also frees the places of the dead. */
  count(): LiveCount {
    const inflight = { exec: 0, forward: 0 };
    let queued = 0;
    let ahead = 0;
    let oldest = Number.POSITIVE_INFINITY;
    for (const { pid, start, state } of this.#living()) {
      if (state !== 'waiting') inflight[state] += 1;
      else {
        queued += 1;
        const since = Number(start);
        const own = Number(this.#ownStart());
        if (since < own || (since === own && pid < this.#pid)) ahead += 1;
        oldest = Math.min(oldest, since);
      }
    }
    const oldestWaitMs = queued === 0 ? 0 : Math.max(0, new BootClock().now() - oldest * TICK_MS);
    return { inflight, queued, ahead, oldestWaitMs };
  }

  #living(): Iterable<Slot> {
    let names: string[];
    try {
      names = listFolder(this.#folder);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.#trouble = error as Error;
      return [];
    }
    const living = new Map<number, Slot>();
    for (const name of names) {
      const slot = parseSlotName(name);
      if (slot === undefined || slot.pid === this.#pid) continue;
      const before = living.get(slot.pid);
      // One that changed its name while we read can be there under both.
      if (before?.start === slot.start) {
        if (slot.state !== 'waiting') living.set(slot.pid, slot);
        continue;
      }
      const start = processStart(slot.pid);
      if (start === slot.start || start === 'hidden') living.set(slot.pid, slot);
      else this.#remove(slot);
    }
    return living.values();
  }

  #remove(slot: Slot): void {
    try {
      removeFile(`${this.#folder}/${encodeSlotName(slot)}`);
    } catch (error) {
      if (!hasCode(error, 'ENOENT')) this.#trouble = error as Error;
    }
  }

  /** One in 64, by chance that its own name brings: keeps the folder small where no policy asks for the count. */
  #isSweeper(): boolean {
    return Math.imul(this.#pid ^ Number(this.#ownStart()), GOLDEN) >>> 26 === 0;
  }

  #make(error: unknown): boolean {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'ENOTDIR')) return false;
    try {
      makeSharedFolder(this.#folder);
      return true;
    } catch {
      return false;
    }
  }

  #path(state: SlotState): string {
    return `${this.#folder}/${encodeSlotName({ pid: this.#pid, start: this.#ownStart(), state })}`;
  }

  #ownStart(): string {
    this.#start ??= processStart(this.#pid);
    return this.#start;
  }
}
