/** `none`: the application has no daemon of ours (no SCGI lane, or one that somebody else runs and that counts as up). */
export type DaemonState = 'none' | 'down' | 'starting' | 'up' | 'retiring' | 'failing';
