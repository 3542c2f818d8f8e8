import * as z from 'zod';

/** Goes up when what is in a record changes its meaning or goes away; what is only added does not change it. */
export const DECISION_RECORD_VERSION = 1;

const milliseconds = z.number();
const runLane = z.enum(['exec', 'forward']);
/** `null`: nobody said. */
const limits = z.partialRecord(runLane, z.int().min(1).nullable());

/** All signals of `core/load.ts`; what the machine cannot measure is left out. */
const load = z.strictObject({
  processors: z.number(),
  machine_processors: z.number().optional(),
  load_average: z.number().optional(),
  running: z.number().optional(),
  cpu_pressure: z.number().optional(),
  memory_pressure: z.number().optional(),
  io_pressure: z.number().optional(),
  cpu_busy: z.number().optional(),
  memory_available: z.number().optional(),
  event_loop_delay_ms: milliseconds.optional(),
  lanes: z.array(runLane).min(1),
  daemon: z.string(),
  inflight: z.strictObject({ exec: z.int(), forward: z.int() }),
  queued: z.int(),
  oldest_wait_ms: milliseconds,
});

/** On what an answer rests, as the policy says: `core/ground.ts`. */
const ground = z.strictObject({
  signal: z.string(),
  visitor: z.string().optional(),
  value: z.number(),
  comparison: z.enum(['<', '<=', '>=', '>']),
  threshold: z.number(),
  parameter: z.string().optional(),
  means: z.string(),
});

/** What a policy answered: nothing but its name where it had no opinion. */
const voice = {
  policy: z.string(),
  faulty: z.literal(true).optional(),
  /** Its sheds are only counted. */
  dry_run: z.literal(true).optional(),
  grounds: z.array(ground).optional(),
  retry_after_ms: milliseconds.optional(),
};
const arrivalVoice = z.strictObject({
  ...voice,
  shed: z.string().optional(),
  priority: z.number().optional(),
});
const dispatchVoice = z.strictObject({
  ...voice,
  lane: z.enum(['exec', 'forward', 'shed']).optional(),
  reason: z.string().optional(),
  warm: z.literal(true).optional(),
});

const hearing = { at_ms: milliseconds, load, limits };

/**
 * One line of the decision log: a request that policies saw, from its arrival to its outcome. Times named `at_ms` and
 * `arrived_ms` are milliseconds on one monotonic clock, which begins anew with every start of the gateway; `time` is the
 * arrival by the wall clock, UTC. Values of variables are byte strings: a character for each byte.
 */
export const decisionRecordSchema = z.strictObject({
  v: z.literal(DECISION_RECORD_VERSION),
  time: z.iso.datetime({ precision: 3 }),
  arrived_ms: milliseconds,
  id: z.string(),
  application: z.string(),
  /** The variables that the operator chose, where the request has them. */
  meta: z.record(z.string(), z.string()),
  /** Names of variables whose values are longer than what is here. */
  cut: z.array(z.string()).optional(),
  priority: z.number(),
  /** The question at the arrival; left out where the gateway refused before it asked. */
  arrive: z.strictObject({ ...hearing, policies: z.array(arrivalVoice) }).optional(),
  /** The question when the turn had come; left out where none came. */
  dispatch: z.strictObject({ ...hearing, policies: z.array(dispatchVoice) }).optional(),
  /** Left out where the request was refused for what it is, before a decision. */
  decision: z
    .strictObject({
      lane: z.enum(['exec', 'forward', 'shed']),
      policy: z.string(),
      reason: z.string(),
      warm: z.literal(true).optional(),
      retry_after_ms: milliseconds.optional(),
    })
    .optional(),
  /** Slots of the lane in use, its own included, when its slot was granted. */
  inflight: z.int().optional(),
  wait_ms: milliseconds,
  first_byte_ms: milliseconds.optional(),
  busy_ms: milliseconds,
  total_ms: milliseconds,
  result: z.enum(['served', 'failed', 'ignored']),
  failure: z.string().optional(),
  status: z.int(),
  bytes_in: z.int(),
  bytes_out: z.int(),
});

export type DecisionRecord = z.output<typeof decisionRecordSchema>;
