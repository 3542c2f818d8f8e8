import * as z from 'zod';
import { tcpListenAddress, trustedProxy } from './schema/address-scalars.ts';
import { applicationSchema } from './schema/application-schema.ts';
import { controlSchema } from './schema/control-schema.ts';
import { decisionLogSchema } from './schema/decision-log-schema.ts';
import { explainSchema } from './schema/explain-schema.ts';
import { httpSchema } from './schema/http-schema.ts';
import { listenSchema } from './schema/listen-schema.ts';
import { logSchema } from './schema/log-schema.ts';
import { metricsSchema } from './schema/metrics-schema.ts';
import { APPLICATION_NAME } from './schema/name-patterns.ts';
import { duration } from './schema/quantity-scalars.ts';
import { requestIdHeader } from './schema/request-scalars.ts';

/**
 * What an operator writes, and the one source of validation, of the JSON Schema for editors and of the reference. Each
 * description ends up in front of an operator: when and why, not only what.
 */
export const configurationSchema = z
  .strictObject({
    listen: z
      .array(listenSchema, { error: 'a list of listeners, such as [ { http: 127.0.0.1:8080 } ]' })
      .min(1, { error: 'a list of listeners, such as [ { http: 127.0.0.1:8080 } ]' })
      .describe('Where visitors come in.'),
    admin: tcpListenAddress()
      .optional()
      .describe('Address for `/metrics`, `/healthz`, `/readyz` and `/status`. Not for visitors.'),
    control: controlSchema.optional(),
    applications: z
      .record(z.string(), applicationSchema, {
        error: 'a map of applications, such as wiki: { at: /wiki, cgi: { program: ./wiki.cgi } }',
      })
      .refine((applications) => Object.keys(applications).length > 0, {
        error: 'at least one application, such as wiki: { at: /wiki, cgi: { program: ./wiki.cgi } }',
      })
      .meta({ propertyNames: { pattern: APPLICATION_NAME }, minProperties: 1 })
      .describe(
        'The applications by name. A name is of lower case letters, digits, `-` and `_`: it is a label in the metrics.',
      ),
    trusted_proxies: z
      .array(trustedProxy(), { error: 'a list of addresses, such as [ 127.0.0.1, 10.0.0.0/8, unix ]' })
      .prefault([])
      .meta({ title: 'list of addresses' })
      .describe(
        'Web servers and balancers in front that speak HTTP: addresses, CIDR blocks, and `unix` for whoever comes by a Unix socket. From them, and nobody else, X-Forwarded-For and X-Forwarded-Proto say who the visitor is and whether by HTTPS.',
      ),
    request_id_header: requestIdHeader()
      .prefault('X-Request-Id')
      .describe(
        'The header field that carries the id of a request: taken from a front server on this machine (loopback or Unix socket) or among `trusted_proxies`, where it is 1 to 128 of `A-Z a-z 0-9 . _ -`, else made here. Programs, pages, logs and the answer have the same id.',
      ),
    http: httpSchema.prefault({}),
    log: logSchema.prefault({}),
    decision_log: decisionLogSchema.optional(),
    explain: explainSchema.optional(),
    watch: z
      .boolean()
      .prefault(false)
      .describe(
        'Reload by itself when this file, or a policy or page of your own that it names, has changed. What is broken changes nothing, as with `spillway reload`.',
      ),
    metrics: metricsSchema.prefault({}),
    stop_timeout: duration(0)
      .prefault('10s')
      .describe('How long a stop waits for requests under way before it cuts them.'),
  })
  .describe('Configuration of Spillway.');

/** The schema's output: units resolved and defaults filled in, names and paths as they are written. */
export type WrittenConfiguration = z.output<typeof configurationSchema>;
export type WrittenApplication = WrittenConfiguration['applications'][string];
