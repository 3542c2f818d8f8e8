import * as z from 'zod';
import { size } from './quantity-scalars.ts';

export const bufferSchema = z
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
          .describe('What waits in memory, beside 64 KiB of the connection itself.'),
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
