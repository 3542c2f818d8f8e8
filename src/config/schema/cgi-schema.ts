import * as z from 'zod';
import { duration, size } from './quantity-scalars.ts';
import { accountName, path, umask } from './system-scalars.ts';

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

export const cgiSchema = z
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
        .optional()
        .describe(
          'Added to the niceness of the gateway; 1 where it is left out, so that the gateway and its daemons come first when processors are short. More gives way to the neighbours on the machine as well. Below 0 only as root. A one-shot frontend leaves it as it is.',
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
