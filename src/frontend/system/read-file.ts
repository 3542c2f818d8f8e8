import { OPEN, openFile } from './open-file.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

/** What most files here fit in. */
const ROOM = 16_384;
let room: Buffer | undefined;

/** The whole of a file. Throws a SystemError. */
export function readFile(path: string, encoding: 'latin1' | 'utf8'): string {
  room ??= Buffer.allocUnsafeSlow(ROOM);
  return readBytes(path, room).toString(encoding);
}

/** The whole of a file, in `room` where there is room for it. Throws a SystemError. */
export function readBytes(path: string, room: Buffer): Buffer {
  const calls = systemCalls();
  const descriptor = openFile(path, OPEN.read);
  try {
    let bytes = room;
    let length = 0;
    for (;;) {
      const got = calls.read(descriptor, bytes.subarray(length), bytes.length - length);
      if (got < 0) throw new SystemError('read', path);
      if (got === 0) break;
      length += got;
      if (length < bytes.length) continue;
      const larger = Buffer.allocUnsafeSlow(4 * bytes.length);
      larger.set(bytes);
      bytes = larger;
    }
    return bytes.subarray(0, length);
  } finally {
    calls.close(descriptor);
  }
}
