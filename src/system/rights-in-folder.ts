const GROUP_WRITE = 0o020;

export interface SharedRights {
  readonly mode: number;
  readonly user: number;
  readonly group: number;
}

/**
 * The rights of a lock file or socket in a directory: whoever may put a socket there may use it. It goes to the directory's owner (where we
 * are root) and group, and is open to the group where the group may write to the directory.
 */
export function rightsInFolder(folder: SharedRights): SharedRights {
  return {
    mode: (folder.mode & GROUP_WRITE) !== 0 ? 0o660 : 0o600,
    user: process.getuid?.() === 0 ? folder.user : (process.getuid?.() ?? -1),
    group: folder.group,
  };
}
