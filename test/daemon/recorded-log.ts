import type { DaemonLog, DaemonLogFields } from '../../src/daemon/daemon-log.ts';

/** Keeps what was logged. */
export class RecordedLog implements DaemonLog {
  readonly entries: { level: 'info' | 'warn'; event: string; fields: DaemonLogFields }[] = [];

  info(event: string, fields: DaemonLogFields): void {
    this.entries.push({ level: 'info', event, fields });
  }

  warn(event: string, fields: DaemonLogFields): void {
    this.entries.push({ level: 'warn', event, fields });
  }

  of(event: string): DaemonLogFields[] {
    return this.entries.filter((entry) => entry.event === event).map(({ fields }) => fields);
  }
}
