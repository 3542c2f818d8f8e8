/** Where a keeper logs. `event` is stable and lower case with hyphens; `fields` are flat. Must not throw. */
export interface DaemonLog {
  info(event: string, fields: DaemonLogFields): void;
  warn(event: string, fields: DaemonLogFields): void;
}

export type DaemonLogFields = Readonly<Record<string, string | number | boolean | undefined>>;
