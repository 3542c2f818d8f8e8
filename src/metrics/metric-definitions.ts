export interface MetricDefinition {
  readonly name: string;
  /** `info`: always 1, and all it says is in its labels. */
  readonly type: 'counter' | 'gauge' | 'histogram' | 'info';
  readonly help: string;
  /** Each of bounded cardinality: configured names, closed sets, status codes. */
  readonly labels: readonly string[];
  /** Upper bounds in seconds, of histograms only. */
  readonly buckets?: readonly number[];
}

/** From an answer out of memory to the longest that a visitor waits. */
const REQUEST_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;
const START_SECONDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] as const;

/** Every metric there is. Base units; process metrics bear the names that all Prometheus clients give them. */
export const METRIC_DEFINITIONS = {
  targetInfo: {
    name: 'target_info',
    type: 'info',
    help: 'Always 1; its labels say what it is that is scraped, by the names of OpenTelemetry.',
    labels: ['service_name', 'service_version', 'process_runtime_name', 'process_runtime_version'],
  },
  decisions: {
    name: 'spillway_decisions_total',
    type: 'counter',
    help: 'Decisions, by the policy (or part of the gateway) that made them and its reason.',
    labels: ['application', 'policy', 'lane', 'reason'],
  },
  requests: {
    name: 'spillway_requests_total',
    type: 'counter',
    help: 'Requests finished, by HTTP status; lane `none` where they were refused before a decision, code `none` where nothing was answered.',
    labels: ['application', 'lane', 'code'],
  },
  goodAnswers: {
    name: 'spillway_good_answers_total',
    type: 'counter',
    help: 'Goodput: answers of the application that came in time (`metrics.good_within`, from the queue to the end of its work), without a failure and with a status below 500.',
    labels: ['application'],
  },
  requestDuration: {
    name: 'spillway_request_duration_seconds',
    type: 'histogram',
    help: 'From arrival to the end of the answer, waiting for the visitor included.',
    labels: ['application', 'lane'],
    buckets: REQUEST_SECONDS,
  },
  firstByte: {
    name: 'spillway_first_byte_seconds',
    type: 'histogram',
    help: "From slot to the first byte of the application's answer.",
    labels: ['application', 'lane'],
    buckets: REQUEST_SECONDS,
  },
  queueWait: {
    name: 'spillway_queue_wait_seconds',
    type: 'histogram',
    help: 'Time in the admission queue; lane `shed` is what gave up waiting or never waited.',
    labels: ['application', 'lane'],
    buckets: REQUEST_SECONDS,
  },
  backendBusy: {
    name: 'spillway_backend_busy_seconds',
    type: 'histogram',
    help: "From slot to the end of the application's work, without the time in which the visitor held it up.",
    labels: ['application', 'lane'],
    buckets: REQUEST_SECONDS,
  },
  failures: {
    name: 'spillway_failures_total',
    type: 'counter',
    help: "Requests that went wrong, by a backend's failure or a refusal's code.",
    labels: ['application', 'lane', 'failure'],
  },
  abandoned: {
    name: 'spillway_abandoned_total',
    type: 'counter',
    help: 'Requests whose visitor left before the answer was complete.',
    labels: ['application'],
  },
  refusedRequests: {
    name: 'spillway_refused_requests_total',
    type: 'counter',
    help: 'Malformed HTTP, refused by the listener before it became a request, by code.',
    labels: ['code'],
  },
  receivedBytes: {
    name: 'spillway_received_bytes_total',
    type: 'counter',
    help: 'Bytes of request bodies.',
    labels: ['application'],
  },
  sentBytes: {
    name: 'spillway_sent_bytes_total',
    type: 'counter',
    help: 'Bytes of answer bodies.',
    labels: ['application'],
  },
  inflight: {
    name: 'spillway_inflight',
    type: 'gauge',
    help: 'Requests that hold a slot.',
    labels: ['application', 'lane'],
  },
  limit: {
    name: 'spillway_limit',
    type: 'gauge',
    help: 'How many requests may hold a slot at once.',
    labels: ['application', 'lane'],
  },
  queueLength: {
    name: 'spillway_queue_length',
    type: 'gauge',
    help: 'Requests that wait for a slot.',
    labels: ['application'],
  },
  queueOldestWait: {
    name: 'spillway_queue_oldest_wait_seconds',
    type: 'gauge',
    help: 'How long the one that waits longest has waited; 0 where none waits.',
    labels: ['application'],
  },
  queueLimit: {
    name: 'spillway_queue_limit',
    type: 'gauge',
    help: 'How many requests may wait for a slot.',
    labels: ['application'],
  },
  retryAfter: {
    name: 'spillway_retry_after_seconds',
    type: 'gauge',
    help: 'After how long a visitor may come back who was shed now, by the drain estimate; the page spreads it, up to twice that.',
    labels: ['application'],
  },
  policyParameter: {
    name: 'spillway_policy_parameter',
    type: 'gauge',
    help: 'Parameters of the policies in force that are numbers, thresholds among them: durations in seconds, switches as 0 or 1.',
    labels: ['application', 'policy', 'parameter'],
  },
  connections: {
    name: 'spillway_http_connections',
    type: 'gauge',
    help: 'Connections of visitors, by what they are at.',
    labels: ['state'],
  },
  daemonState: {
    name: 'spillway_daemon_state',
    type: 'gauge',
    help: 'State of the SCGI daemon: 1 for the one it is in, 0 for the others.',
    labels: ['application', 'state'],
  },
  daemonStarts: {
    name: 'spillway_daemon_starts_total',
    type: 'counter',
    help: 'Attempts to start the SCGI daemon, by result: `up` or why not.',
    labels: ['application', 'result'],
  },
  daemonFailures: {
    name: 'spillway_daemon_failures_total',
    type: 'counter',
    help: 'SCGI daemons that were up and are not any more: `died` by themselves, or ended as `unresponsive`.',
    labels: ['application', 'failure'],
  },
  daemonStartDuration: {
    name: 'spillway_daemon_start_duration_seconds',
    type: 'histogram',
    help: 'From the start of an SCGI daemon until it accepted connections.',
    labels: ['application'],
    buckets: START_SECONDS,
  },
  policyFaults: {
    name: 'spillway_policy_faults_total',
    type: 'counter',
    help: 'Exceptions and impossible answers of a policy; the fail-safe decided in its place.',
    labels: ['application', 'policy'],
  },
  dryRunSheds: {
    name: 'spillway_dry_run_sheds_total',
    type: 'counter',
    help: 'Requests that a policy with `dry_run: true` would have shed; they were served as if it had said nothing.',
    labels: ['application', 'policy', 'reason'],
  },
  shadowDecisions: {
    name: 'spillway_shadow_decisions_total',
    type: 'counter',
    help: 'What became of a request, and what the shadow (and which policy of it) would have done with it.',
    labels: ['application', 'policy', 'live_lane', 'shadow_lane'],
  },
  shadowFaults: {
    name: 'spillway_shadow_faults_total',
    type: 'counter',
    help: 'Exceptions and impossible answers of a policy in a shadow; no visitor has noticed.',
    labels: ['application', 'policy'],
  },
  parameterOverrides: {
    name: 'spillway_parameter_overrides',
    type: 'gauge',
    help: 'Parameters that `spillway set` has changed for a while: seconds until that is undone.',
    labels: ['application', 'policy', 'parameter'],
  },
  busEvents: {
    name: 'spillway_bus_events_total',
    type: 'counter',
    help: 'Events that came to the bus by its sockets, by who published them (empty: an operator) and to which scope.',
    labels: ['application', 'scope', 'event'],
  },
  busRefused: {
    name: 'spillway_bus_refused_total',
    type: 'counter',
    help: 'Events that were refused, and subscriptions; the application is empty where it is not known.',
    labels: ['application', 'reason'],
  },
  logLinesLost: {
    name: 'spillway_log_lines_lost_total',
    type: 'counter',
    help: 'Lines that a full disk or a reader who does not read has cost a log: `log`, `access` or `decisions`.',
    labels: ['log'],
  },
  loadProcessors: {
    name: 'spillway_load_processors',
    type: 'gauge',
    help: 'Processors that may really be used: bounded by affinity and cgroup quota.',
    labels: [],
  },
  loadAverage: {
    name: 'spillway_load_average',
    type: 'gauge',
    help: "The kernel's 1-minute load average, not divided by processors.",
    labels: [],
  },
  loadRunningTasks: {
    name: 'spillway_load_running_tasks',
    type: 'gauge',
    help: 'Tasks running or runnable on the whole machine.',
    labels: [],
  },
  loadPressure: {
    name: 'spillway_load_pressure_ratio',
    type: 'gauge',
    help: 'Share of the time in which some task was stalled for the resource (PSI), 0 to 1.',
    labels: ['resource'],
  },
  loadCpuBusy: {
    name: 'spillway_load_cpu_busy_ratio',
    type: 'gauge',
    help: 'Busy share of all processors, 0 to 1.',
    labels: [],
  },
  loadMemoryAvailable: {
    name: 'spillway_load_memory_available_bytes',
    type: 'gauge',
    help: 'Memory that can still be had without swapping.',
    labels: [],
  },
  loadEventLoopDelay: {
    name: 'spillway_load_event_loop_delay_seconds',
    type: 'gauge',
    help: "How late the gateway's own event loop runs.",
    labels: [],
  },
  reloadSuccessful: {
    name: 'spillway_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether the last reload of the configuration was successful: 1, or 0 where it changed nothing.',
    labels: [],
  },
  reloadTime: {
    name: 'spillway_config_last_reload_success_timestamp_seconds',
    type: 'gauge',
    help: 'When the configuration in force was loaded, in seconds since 1970.',
    labels: [],
  },
  buildInfo: {
    name: 'spillway_build_info',
    type: 'info',
    help: 'Always 1; the versions are in the labels.',
    labels: ['version', 'bun'],
  },
  processCpu: {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the gateway itself, user and system.',
    labels: [],
  },
  processResidentMemory: {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of the gateway itself.',
    labels: [],
  },
  processOpenDescriptors: {
    name: 'process_open_fds',
    type: 'gauge',
    help: 'Open file descriptors of the gateway itself.',
    labels: [],
  },
  processStartTime: {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the gateway started, in seconds since 1970.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;
