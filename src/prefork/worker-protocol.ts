/**
 * What a preforking parent and its workers say to each other. A worker may be written in any language; it needs to read lines and to
 * receive a descriptor (recvmsg(2) with SCM_RIGHTS; Python: `socket.recv_fds`).
 *
 * The worker is given two Unix stream sockets, whose numbers are in its environment:
 *
 *     SPILLWAY_CONTROL_FD      lines of JSON (UTF-8, ended by a newline), both ways
 *     SPILLWAY_DESCRIPTORS_FD  per connection one byte with one descriptor, sent BEFORE the line that says so
 *
 *     parent                                         worker
 *       │  ◄─────────────────────── {"say":"ready"}    wants a connection
 *       │  one byte + descriptor ────────────────►     (not to be read before the line)
 *       │  {"say":"connection","id":7} ──────────►
 *       │  ◄───────────────── {"say":"took","id":7}    has the descriptor, and has read nothing from it yet
 *       │                                              serves, closes
 *       │  ◄─────────────────────── {"say":"ready"}    wants the next one
 *       │  {"say":"stop"} ───────────────────────►     finishes what it has, closes the control stream, exits with 0
 *
 * - `took` comes before the first byte is read from the connection, and soon: a worker that says nothing is killed, and the connection, of which
 *   nothing was read, goes to another.
 * - A worker says `ready` again only when it would take another connection: right after `took` if it serves several at once. What it has
 *   taken beside that is its own affair; the parent counts it as idle.
 * - A worker whose control stream ends finishes what it has, and exits: its parent is gone.
 * - `{"say":"event", …}` carries the bus, both ways; its other fields are the bus's.
 * - What a worker does not know it skips. SIGTERM, SIGINT and SIGHUP are the parent's: a worker ignores them, since a terminal or a service
 *   manager sends them to everybody at once.
 * - Standard input is empty; both outputs go to the log.
 */
export const CONTROL_VARIABLE = 'SPILLWAY_CONTROL_FD';
export const DESCRIPTORS_VARIABLE = 'SPILLWAY_DESCRIPTORS_FD';

/** An event of the bus, which this protocol only carries. */
export type EventLine = { readonly say: 'event' } & Readonly<Record<string, unknown>>;

export type WorkerLine =
  | { readonly say: 'ready' }
  | { readonly say: 'took'; readonly id: number }
  | EventLine;

export type ParentLine =
  | { readonly say: 'connection'; readonly id: number }
  | { readonly say: 'stop' }
  | EventLine;

/** Longer ones are a breach: nobody has to hold more of a line that has not ended. Characters. */
export const MAX_LINE_LENGTH = 65_536;

/** With its newline. JSON has none inside. */
export function encodeLine(line: WorkerLine | ParentLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** What a worker said, without its newline; `unknown` is to be skipped; nothing where it is no line of this protocol. */
export function parseWorkerLine(line: string): WorkerLine | 'unknown' | undefined {
  // Said with every request.
  if (line === '{"say":"ready"}') return { say: 'ready' };
  const said = parseLine(line);
  if (said === undefined || isEvent(said)) return said;
  if (said.say === 'ready') return { say: 'ready' };
  if (said.say === 'took') return isId(said.id) ? { say: 'took', id: said.id } : undefined;
  return 'unknown';
}

/** The same of what a parent said. */
export function parseParentLine(line: string): ParentLine | 'unknown' | undefined {
  const said = parseLine(line);
  if (said === undefined || isEvent(said)) return said;
  if (said.say === 'stop') return { say: 'stop' };
  if (said.say === 'connection') return isId(said.id) ? { say: 'connection', id: said.id } : undefined;
  return 'unknown';
}

function parseLine(line: string): ({ say: string } & Record<string, unknown>) | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, unknown>;
  return typeof fields.say === 'string' ? { ...fields, say: fields.say } : undefined;
}

function isEvent(said: { say: string }): said is EventLine {
  return said.say === 'event';
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
