const HEAD_END = Buffer.from('\r\n\r\n');
const LONGEST_HEAD = 64 * 1024;

type Framing = 'length' | 'chunk-size' | 'chunk' | 'trailer' | 'until-close';

/**
 * Reads one HTTP/1.1 answer to a GET (RFC 9112) as far as a load generator needs it: its status, and where it ends.
 *
 *     head ─┬─ length ──────────────────────────► done
 *           ├─ until-close ─────────── end() ───► done
 *           └─ chunk-size ⇄ chunk
 *                   └─ trailer ─────────────────► done
 */
export class AnswerReader {
  status = 0;
  /** The connection may carry another request. */
  keepAlive = false;
  #state: 'head' | Framing = 'head';
  /** What came of a head, a chunk-size line or a trailer line that is not complete yet. */
  #held: Buffer = Buffer.alloc(0);
  /** Bytes of the body, or of the chunk with its CRLF, that have not come yet. */
  #missing = 0;

  push(chunk: Buffer): 'more' | 'done' | 'malformed' {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    this.#held = Buffer.alloc(0);
    for (;;) {
      if (this.#state === 'until-close') return 'more';
      if (this.#state === 'length' || this.#state === 'chunk') {
        const taken = Math.min(rest.length, this.#missing);
        this.#missing -= taken;
        rest = rest.subarray(taken);
        if (this.#missing > 0) return 'more';
        if (this.#state === 'length') return rest.length === 0 ? 'done' : 'malformed';
        this.#state = 'chunk-size';
        continue;
      }
      const mark = this.#state === 'head' ? HEAD_END : '\r\n';
      const end = rest.indexOf(mark);
      if (end < 0) {
        this.#held = Buffer.from(rest);
        return rest.length > LONGEST_HEAD ? 'malformed' : 'more';
      }
      const text = rest.toString('latin1', 0, end);
      rest = rest.subarray(end + mark.length);
      if (this.#state === 'head') {
        if (!this.#readHead(text)) return 'malformed';
      } else if (this.#state === 'chunk-size') {
        if (!/^[0-9a-f]{1,12}(?:[ \t]*;.*)?$/i.test(text)) return 'malformed';
        const size = Number.parseInt(text, 16);
        this.#state = size === 0 ? 'trailer' : 'chunk';
        this.#missing = size + 2;
      } else if (text === '') return rest.length === 0 ? 'done' : 'malformed';
    }
  }

  /** The server has closed the connection. Was that the end of the answer? */
  end(): boolean {
    return this.#state === 'until-close';
  }

  #readHead(head: string): boolean {
    const [, version, status] = /^HTTP\/1\.([01]) (\d{3})(?: |\r|$)/.exec(head) ?? [];
    if (status === undefined) return false;
    this.status = Number(status);
    // 100 to 199 announce the answer that is still to come; it is read from the same state.
    if (this.status < 200) return true;
    const field = (name: string) =>
      new RegExp(`\r\n${name}:[ \t]*([^\r]*)`, 'i').exec(head)?.[1]?.trim().toLowerCase();
    this.keepAlive = version === '1' && field('connection') !== 'close';
    const length = field('content-length');
    if (this.status === 204 || this.status === 304) this.#state = 'length';
    else if (field('transfer-encoding') === 'chunked') this.#state = 'chunk-size';
    else if (length === undefined) this.#state = 'until-close';
    else if (!/^\d{1,15}$/.test(length)) return false;
    else {
      this.#state = 'length';
      this.#missing = Number(length);
    }
    if (this.#state === 'until-close') this.keepAlive = false;
    return true;
  }
}
