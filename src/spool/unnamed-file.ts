import { constants, open as openWithCallback, unlinkSync } from 'node:fs';
import { join } from 'node:path';

const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;

/**
 * Opens a new empty file, which only the owner may read, in `folder`, for reading and writing, and takes its name away
 * at once: what is in it is gone with the last descriptor, however the gateway ends. Gives the descriptor, which
 * belongs to the caller, or the system's error.
 */
export function openUnnamedFile(folder: string, onOpened: (opened: number | Error) => void): void {
  const path = join(folder, `.spillway-${crypto.randomUUID()}`);
  openWithCallback(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600, (error, descriptor) => {
    if (error !== null) return onOpened(error);
    try {
      unlinkSync(path);
    } catch {
      // Somebody was faster: the name is gone, which is what was wanted.
    }
    onOpened(descriptor);
  });
}
