import { OPEN, openFile } from './open-file.ts';
import { systemCalls } from './system-calls.ts';
import { SystemError } from './system-error.ts';

const ROOM = 32_768;
/** Of `struct linux_dirent64`: where the length of the record and its name stand (getdents64(2)). */
const LENGTH_AT = 16;
const NAME_AT = 19;

/** The names in a folder. Throws a SystemError. */
export function listFolder(path: string): string[] {
  const calls = systemCalls();
  const descriptor = openFile(path, OPEN.read | OPEN.folder);
  const names: string[] = [];
  try {
    const room = Buffer.allocUnsafeSlow(ROOM);
    for (;;) {
      const got = calls.getdents64(descriptor, room, ROOM);
      if (got < 0) throw new SystemError('getdents64', path);
      if (got === 0) return names;
      for (let at = 0; at < got; at += room.readUInt16LE(at + LENGTH_AT)) {
        const name = room.toString('utf8', at + NAME_AT, room.indexOf(0, at + NAME_AT));
        if (name !== '.' && name !== '..') names.push(name);
      }
    }
  } finally {
    calls.close(descriptor);
  }
}
