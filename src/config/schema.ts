import * as z from 'zod';
import {
  accountName,
  connectAddresses,
  duration,
  hosts,
  listenAddress,
  path,
  pathPrefix,
  requestIdHeader,
  size,
  socketMode,
  tcpListenAddress,
  trustedProxy,
  umask,
} from './scalars.ts';

/**
 * What an operator writes, and the one source of validation, of the JSON Schema for editors and of the reference. Each
 * description ends up in front of an operator: when and why, not only what.
 */

/** Metric labels and names of lock files are made of it. */
export const APPLICATION_NAME = '^[a-z0-9][a-z0-9_-]{0,63}$';
export const VARIABLE_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';

const WORD = 'a word; a number needs quotes';

const CERTIFICATE = 'a map such as { certificate: ./site.pem, key: ./site.key }';

const tls = z
  .strictObject(
    {
      certificates: z
        .array(
          z.strictObject(
            {
              certificate: path('the path of a certificate, such as ./site.pem').describe(
                'The certificate in PEM, with those that lead to its issuer behind it. Its own names say which visitors get it.',
              ),
              key: path('the path of a private key, such as ./site.key').describe(
                'Its private key in PEM, without a passphrase.',
              ),
            },
            { error: CERTIFICATE },
          ),
          { error: `a list of certificates, each ${CERTIFICATE}` },
        )
        .min(1, { error: `at least one certificate, ${CERTIFICATE}` })
        .describe(
          'Chosen by the name that the visitor asks for (SNI); the first one is for those who name none, or another.',
        ),
    },
    { error: `a map such as { certificates: [ { certificate: ./site.pem, key: ./site.key } ] }` },
  )
  .describe('Makes the listener speak HTTPS: TLS 1.2 and 1.3.');

const listen = z
  .strictObject(
    {
      http: listenAddress()
        .optional()
        .describe(
          'Address of an HTTP/1.1 listener. Port 0 takes any free port; `:8080` is every address of the machine. An IPv6 address needs quotes. `systemd:NAME` is a socket that systemd hands over under that name, `fd:3` any that is open already: its queue survives a restart.',
        ),
      scgi: listenAddress()
        .optional()
        .describe(
          'Address of an SCGI listener, for a web server in front. Who may connect is believed whatever it says of the visitor: a Unix socket with a `mode`, or loopback.',
        ),
      tls: tls.optional(),
      mode: socketMode()
        .optional()
        .describe(
          'Permissions of a Unix socket, such as "0660": who may write may connect. Without it the umask decides.',
        ),
      owner: accountName().optional().describe('User whom a Unix socket is given to.'),
      group: accountName().optional().describe('Group which a Unix socket is given to.'),
    },
    { error: 'a map such as { http: 127.0.0.1:8080 }' },
  )
  .meta({ oneOf: [{ required: ['http'] }, { required: ['scgi'] }] })
  .describe('One way in: `http` or `scgi`.');

const control = z
  .strictObject(
    {
      socket: path('the path of a Unix socket, such as ./spillway.control').describe(
        'Who may connect to it may do everything that `spillway reload`, `drain`, `resume` and `daemon` do.',
      ),
      mode: socketMode().prefault('0600').describe('Its permissions: who may write may connect.'),
      owner: accountName().optional().describe('User whom it is given to.'),
      group: accountName().optional().describe('Group which it is given to.'),
    },
    { error: 'a map such as { socket: ./spillway.control }' },
  )
  .describe(
    'The socket by which operators command a running gateway. Without it there is SIGHUP for a reload.',
  );

const log = z
  .strictObject({
    level: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('info')
      .describe('The least important lines that are still written.'),
    format: z
      .enum(['auto', 'json', 'readable'])
      .default('auto')
      .describe('`auto` is readable on a terminal and JSON elsewhere.'),
    access: z
      .literal([true, false, 'json', 'combined', 'off'], { error: 'true, false, json, combined or off' })
      .default(true)
      .describe(
        'A line for every request: `true` in the form of the other lines, with the decision and its reason; `json` always as JSON; `combined` as Apache and nginx write it, for programs that read such logs (499: the visitor left before the answer); none with `false` or `off`.',
      ),
    file: path('the path of a file, such as ./spillway.log')
      .optional()
      .describe('A file for the log, instead of standard output. SIGUSR1 opens it anew, for logrotate.'),
    access_file: path('the path of a file, such as ./access.log')
      .optional()
      .describe('A file of its own for the lines of requests. SIGUSR1 opens it anew.'),
  })
  .describe('The log goes to standard output, or to files.');

/** What lets somebody act as the visitor. */
const SECRET_VARIABLES = ['HTTP_COOKIE', 'HTTP_AUTHORIZATION', 'HTTP_PROXY_AUTHORIZATION'];

const decisionLog = z
  .strictObject(
    {
      file: path('the path of a file, such as ./decisions.ndjson').describe(
        'The file; put aside as FILE.1, FILE.2 and so on.',
      ),
      max_size: size(128 * 1024, 1e12)
        .prefault('64MiB')
        .describe('At this size the file is put aside.'),
      keep: z
        .int()
        .min(0)
        .max(1000)
        .default(5)
        .describe(
          'How many files that were put aside stay; all together are bounded by `max_size` times `keep` + 1.',
        ),
      variables: z
        .array(
          z
            .string({ error: 'the name of a meta-variable, such as REQUEST_URI' })
            .regex(new RegExp(VARIABLE_NAME), { error: 'the name of a meta-variable, such as REQUEST_URI' }),
          { error: 'a list of meta-variables, such as [REQUEST_METHOD, REQUEST_URI]' },
        )
        .default(['REQUEST_METHOD', 'REQUEST_URI', 'HTTP_USER_AGENT'])
        .describe('The meta-variables that are recorded of each request.'),
      sensitive: z
        .boolean()
        .default(false)
        .describe(
          'Allows `HTTP_COOKIE`, `HTTP_AUTHORIZATION` and `HTTP_PROXY_AUTHORIZATION` among the variables: who reads the file can then act as the visitors.',
        ),
    },
    { error: 'a map such as { file: ./decisions.ndjson }' },
  )
  .superRefine(({ variables, sensitive }, context) => {
    for (const [index, name] of variables.entries()) {
      if (sensitive || !SECRET_VARIABLES.includes(name)) continue;
      const message = `a variable that is no secret, or sensitive: true beside it`;
      context.addIssue({ code: 'custom', path: ['variables', index], message });
    }
  })
  .describe(
    'A JSON line for every request with all that went into its decision: variables, load, limits, what each policy said, and the outcome.',
  );

const http = z
  .strictObject({
    head_timeout: duration().prefault('10s').describe('Longest time for the head of a request to arrive.'),
    body_timeout: duration()
      .prefault('30s')
      .describe('Longest time without a byte of a request body. A slow upload that moves is not cut.'),
    idle_timeout: duration()
      .prefault('60s')
      .describe('How long a connection is kept open for the next request.'),
    answer_timeout: duration()
      .prefault('60s')
      .describe('Longest time in which the visitor takes no byte of the answer.'),
    max_head: size(1024, 1024 ** 2)
      .prefault('32KiB')
      .describe('Longest head of a request, request line included; over it: 431.'),
    max_connections: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Most connections of all HTTP listeners together. Who comes then waits, and connections that are idle longest are ended. Without it: three quarters of the descriptors that the process may have open (ulimit -n), less 64.',
      ),
  })
  .describe('Bounds of all HTTP listeners.');

const programLimits = z
  .strictObject({
    cpu: duration(1000)
      .optional()
      .describe('Processor time, in whole seconds: then XCPU, and KILL a second later.'),
    memory: size(1 << 20, 1e15)
      .optional()
      .describe('Address space of each process.'),
    files: z.int().min(3).max(1_000_000).optional().describe('Open descriptors of each process.'),
    processes: z
      .int()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe(
        'Processes of the user whom the program runs as, all that it has on the machine counted. Does not bind root.',
      ),
    file_size: size(0, 1e15).optional().describe('Longest file that it may write.'),
  })
  .describe(
    'What a program and its children may use at most, each by itself. Without a key: what the gateway may.',
  );

const cgi = z
  .strictObject(
    {
      program: path('the path of a CGI program, such as ./wiki.cgi')
        .optional()
        .describe('The CGI program, an executable file. It is started for each request of the exec lane.'),
      directory: path('the path of a directory of CGI programs, such as ./cgi-bin')
        .optional()
        .describe(
          'In place of `program`: a directory whose executable files are programs. The path after `at` names one, in a directory below or not; what follows is its PATH_INFO. New files count at once. A name that begins with a dot is never served, nor a link that leads out of the directory.',
        ),
      nph: z
        .boolean()
        .default(false)
        .describe(
          'The program gives a whole HTTP response, status line and all (RFC 3875, section 5); in a directory only those whose name begins with `nph-`.',
        ),
      user: accountName()
        .optional()
        .describe('User whom the program runs as, with its groups. Only root may change the user.'),
      group: accountName().optional().describe('Its only group, in place of those of the user.'),
      umask: umask()
        .optional()
        .describe('What is taken away from the permissions of files that it makes, such as "027".'),
      nice: z
        .int()
        .min(-20)
        .max(19)
        .default(0)
        .describe(
          'Added to the niceness of the gateway: with 5 or so the gateway, its daemons and other programs come before it when processors are short. Below 0 only as root.',
        ),
      limits: programLimits.prefault({}),
      timeout: duration()
        .prefault('60s')
        .describe('From the start of the program to the end of its answer; then its process group is ended.'),
    },
    { error: 'a map such as { program: ./wiki.cgi }' },
  )
  .meta({ oneOf: [{ required: ['program'] }, { required: ['directory'] }] })
  .describe('The exec lane: a process per request, nothing resident.');

const daemon = z
  .strictObject({
    command: z
      .array(z.string({ error: WORD }).regex(/^[^\0]+$/, { error: WORD }), {
        error: 'a list of words, such as [./wiki.scgi, ./wiki.sock]',
      })
      .min(1, { error: 'a list of words, such as [./wiki.scgi, ./wiki.sock]' })
      .describe(
        'Program and arguments that start the daemon in the foreground; no shell. Words that start with `./` or `../`, and a program with a slash, are relative to this file; a bare program is looked up in PATH. `{address}` in a word stands for the path or the `host:port` of the address; with several addresses, one word needs it unless `activation` is `inherit`.',
      ),
    activation: z
      .enum(['bind', 'inherit'], { error: 'bind or inherit' })
      .prefault('bind')
      .describe(
        '`bind`: the daemon listens at the address itself. `inherit`: Spillway listens, and hands the socket over as standard input and as descriptor 3 with LISTEN_FDS and LISTEN_PID, as systemd does; who comes while the daemon starts waits in its queue, and a daemon that crashes leaves that queue to the next.',
      ),
    start_timeout: duration().prefault('10s').describe('How long it may take until it accepts connections.'),
    idle_timeout: duration().prefault('5m').describe('Without a conversation for this long, it is retired.'),
    quiet_timeout: duration()
      .prefault('30s')
      .describe('While requests go to the exec lane for this long, it is retired.'),
    stop_timeout: duration()
      .prefault('5s')
      .describe('Its process group gets TERM, and KILL this much later.'),
  })
  .describe(
    'How Spillway starts the daemon when it is needed. Without it somebody else runs the daemon, and it counts as up.',
  );

const scgi = z
  .strictObject({
    address: connectAddresses().describe(
      'Where the daemon listens; or a list, where several do. Each request goes to the one with the fewest conversations. With `daemon`, the first is started when it is needed, and one more as long as there are more conversations than daemons.',
    ),
    connect_timeout: duration().prefault('3s').describe('Longest time for a connection to the daemon.'),
    timeout: duration()
      .prefault('60s')
      .describe('Longest silence of the daemon: until the first byte of its answer, and between any two.'),
    daemon: daemon.optional(),
  })
  .describe('The forward lane: requests go to a resident SCGI daemon.');

const POLICY =
  'a policy: its name alone, such as threshold, or one name with its parameters, such as { threshold: { start: 1.0 } }';

export const policySchema = z
  .union(
    [
      z.string().meta({ title: 'policy with defaults' }),
      z
        .record(z.string(), z.record(z.string(), z.unknown()).nullable())
        .refine((entry) => Object.keys(entry).length === 1, { error: POLICY })
        .meta({ title: 'policy with parameters', minProperties: 1, maxProperties: 1 }),
    ],
    { error: POLICY },
  )
  .describe(
    'A policy by its name, or one name with parameters: one that comes with Spillway, or the path of your own file, such as ./policies/mine.ts.',
  );

const queue = z
  .strictObject({
    max: z
      .int()
      .min(0)
      .max(100_000)
      .default(64)
      .describe('How many requests may wait for a slot; the next one is shed. With 0 nobody waits.'),
    timeout: duration().prefault('5s').describe('Longest time in the queue; then the request is shed.'),
  })
  .describe('The admission queue.');

const environment = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean()], { error: 'a text, "" for an empty one' }),
    { error: 'a map of variables, such as { WIKI_ROOT: ./data }' },
  )
  .meta({
    title: 'map of variables',
    propertyNames: { pattern: VARIABLE_NAME },
    // The values are taken as they are written, so they arrive here as texts.
    additionalProperties: { type: ['string', 'number', 'boolean'] },
  })
  .describe(
    'Variables for the program and the daemon, beside PATH. Values are taken as they are written, except that one which starts with `./` or `../` is a path relative to this file.',
  );

const limits = z
  .strictObject({
    body: size(0, 1e12)
      .optional()
      .describe(
        'Longest request body; over it: 413. A body is taken in before the application sees it. Without it: `max_body`.',
      ),
    head: size(256, 1 << 26)
      .prefault('64KiB')
      .describe('Longest head of an answer of the program or daemon; over it: 502.'),
    environment: size(1024, 1 << 24)
      .prefault('2MiB')
      .describe(
        'All variables of a request together, names and values; over it: 431. For a program the system has bounds of its own: 128 KiB for one, somewhat less than 2 MiB for all.',
      ),
  })
  .describe('What one request and its answer may have at most.');

const buffer = z
  .strictObject({
    request: z
      .strictObject({
        memory: size(0, 1e9)
          .prefault('64KiB')
          .describe('A longer request body waits in a file until the application reads it.'),
      })
      .prefault({})
      .describe('Of a request body.'),
    answer: z
      .strictObject({
        memory: size(0, 1e9)
          .prefault('1MiB')
          .describe('What waits in memory, beside 256 KiB of the connection itself.'),
        disk: size(0, 1e12)
          .prefault('1GiB')
          .describe('What waits in a file once memory is full. With 0 nothing ever goes to a file.'),
      })
      .prefault({})
      .describe(
        'Of an answer that the visitor takes more slowly than the application gives it. The application ends, and gives its place to the next, while the visitor still reads. When both are full, or the disk is, it waits for the visitor.',
      ),
  })
  .describe(
    'Where slow visitors wait, so that no process or daemon waits for them. Files have no name, are made in TMPDIR (/tmp where it is not set), and are gone with the request.',
  );

const application = z
  .strictObject({
    host: hosts()
      .optional()
      .describe(
        'The hosts that the application is for: a name, or a list, each such as `wiki.example.org` or `*.example.org` for every name below. The most specific host wins, before the path. Without it: for every request that no application with a host takes.',
      ),
    at: pathPrefix().describe('Path prefix of the application; the longest one that matches wins.'),
    cgi: cgi.optional(),
    scgi: scgi.optional(),
    policies: z
      .array(policySchema, { error: 'a list of policies, such as [ threshold ]' })
      .min(1, { error: 'a list of policies, such as [ threshold ]; leave the key out for the default chain' })
      .optional()
      .meta({ title: 'list of policies' })
      .describe(
        'The chain of policies, first to last. Any of them may shed, the first that names a lane wins, the lowest limit holds. Without this key: `threshold` and `gradient`.',
      ),
    queue: queue.prefault({}),
    environment: environment.prefault({}),
    overload_page: path('the path of a page, such as ./overload.html')
      .optional()
      .describe('Your own overload page, instead of the one that is built in.'),
    buffer: buffer.prefault({}),
    limits: limits.prefault({}),
    max_body: size(0, 1e12).prefault('100MB').describe('The same as `limits.body`, which comes before it.'),
  })
  .meta({ anyOf: [{ required: ['cgi'] }, { required: ['scgi'] }] })
  .describe('One application. It needs `cgi` or `scgi`, or both: then policies choose for each request.');

export const configurationSchema = z
  .strictObject({
    listen: z
      .array(listen, { error: 'a list of listeners, such as [ { http: 127.0.0.1:8080 } ]' })
      .min(1, { error: 'a list of listeners, such as [ { http: 127.0.0.1:8080 } ]' })
      .describe('Where visitors come in.'),
    admin: tcpListenAddress()
      .optional()
      .describe('Address for `/metrics`, `/healthz`, `/readyz` and `/status`. Not for visitors.'),
    control: control.optional(),
    applications: z
      .record(z.string(), application, {
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
    http: http.prefault({}),
    log: log.prefault({}),
    decision_log: decisionLog.optional(),
    stop_timeout: duration(0)
      .prefault('10s')
      .describe('How long a stop waits for requests under way before it cuts them.'),
  })
  .describe('Configuration of Spillway.');

/** The schema's output: units resolved and defaults filled in, names and paths as they are written. */
export type WrittenConfiguration = z.output<typeof configurationSchema>;
export type WrittenApplication = WrittenConfiguration['applications'][string];
