export interface WholeAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** Offset behind the answer. */
  readonly next: number;
}

/** Reads an HTTP/1.1 answer from all bytes of a connection. Nothing where the answer can be seen to be cut. */
export function readAnswer(bytes: Buffer, from: number): WholeAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n', from);
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', from, end);
  const status = Number(head.split(' ', 2)[1]);
  const start = end + 4;
  const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const next = start + Number(length);
    return bytes.length < next ? undefined : { status, body: bytes.subarray(start, next), next };
  }
  if (!/\r\ntransfer-encoding: chunked/i.test(head)) return undefined;
  const chunks: Buffer[] = [];
  for (let at = start; ; ) {
    const line = bytes.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, line), 16);
    const next = line + 2 + size + 2;
    if (bytes.length < next) return undefined;
    if (size === 0) return { status, body: Buffer.concat(chunks), next };
    chunks.push(bytes.subarray(line + 2, next - 2));
    at = next;
  }
}
