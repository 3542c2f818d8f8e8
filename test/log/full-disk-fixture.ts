/** Writes numbered lines to the file that it is told, under a limit of its size, and says on standard output how many were lost. */
import { FileOutput } from '../../src/log/file-output.ts';
import { SystemClock } from '../../src/system/system-clock.ts';

const [, , path = '', count = '0'] = process.argv;
const output = new FileOutput({ clock: new SystemClock(), path });
for (let line = 0; line < Number(count); line += 1) output.write(`${JSON.stringify({ line })}\n`);
output.close();
process.stdout.write(String(output.lost));
