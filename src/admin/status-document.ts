import type { MachineLoad } from '../core/load.ts';
import type { AdminApplication, AdminSource } from './admin-source.ts';
import { changeDocument } from './change-document.ts';

export type StatusDocument = ReturnType<typeof statusDocument>;

/** `/status` as JSON: units are in the names, and what is not known is null rather than missing. */
export function statusDocument(source: AdminSource, nowMs: number) {
  return {
    version: source.version,
    started: new Date(source.startedMs).toISOString(),
    uptime_seconds: seconds(nowMs - source.startedMs),
    readiness: source.readiness(),
    listeners: source.listeners(),
    last_reload: reloadDocument(source.lastReload()),
    load: loadDocument(source.load()),
    applications: [...source.applications()].map(applicationDocument),
    // The last one first.
    recent_changes: source.recentChanges().map(changeDocument).reverse(),
  };
}

function reloadDocument(reload: ReturnType<AdminSource['lastReload']>) {
  if (reload === undefined) return null;
  return { successful: reload.successful, time: new Date(reload.atMs).toISOString(), faults: reload.faults };
}

function applicationDocument(application: AdminApplication) {
  const { name, at, lanes, policies, inflight, limits, queued, oldestWaitMs, retryAfterMs } = application;
  return {
    name,
    at: at === '' ? '/' : at,
    lanes: lanes.map((lane) => ({ lane, inflight: inflight[lane], limit: limits[lane] ?? null })),
    queue: {
      length: queued,
      limit: application.queueLimit?.max ?? null,
      oldest_wait_seconds: seconds(oldestWaitMs),
      timeout_seconds:
        application.queueLimit === undefined ? null : seconds(application.queueLimit.timeoutMs),
    },
    retry_after_seconds: seconds(retryAfterMs),
    daemon: { state: application.daemon, last_failure: application.lastDaemonFailure ?? null },
    policies: policies.map(({ name, parameters, units }) => ({ name, parameters, units })),
    // The most frequent first.
    decisions: application.decisions
      .map(({ policy, lane, reason, total }) => ({ policy, lane, reason, total }))
      .sort((one, other) => other.total - one.total),
  };
}

function loadDocument(load: Readonly<MachineLoad>) {
  return {
    processors: load.processors,
    machine_processors: load.machineProcessors ?? null,
    load_average: load.loadAverage ?? null,
    running_tasks: load.running ?? null,
    cpu_pressure_ratio: load.cpuPressure ?? null,
    memory_pressure_ratio: load.memoryPressure ?? null,
    io_pressure_ratio: load.ioPressure ?? null,
    cpu_busy_ratio: load.cpuBusy ?? null,
    memory_available_bytes: load.memoryAvailable ?? null,
    event_loop_delay_seconds: load.eventLoopDelayMs === undefined ? null : seconds(load.eventLoopDelayMs),
  };
}

function seconds(durationMs: number): number {
  return Math.round(durationMs) / 1000;
}
