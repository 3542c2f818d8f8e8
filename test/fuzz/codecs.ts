/**
 * Throws spoiled inputs at every codec, each whole and cut into pieces: `bun test/fuzz/codecs.ts [count] [seed] [seconds]`.
 * The same count and seed give the same inputs. Ends with status 1 where a codec threw, hung or depended on the cuts.
 */
import { byteStringBytes } from '../../src/protocol/byte-string-bytes.ts';
import { cutIntoChunks } from '../support/cut-into-chunks.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { codecTargets } from './codec-targets.ts';
import { mutate } from './mutate.ts';

/** A few kilobytes take microseconds; the rest is room for a busy machine. */
const SLOW_MS = 250;
const MOST_FINDINGS = 10;

const [count = 20_000, seed = 1, seconds = 60] = process.argv.slice(2).map(Number);
const end = performance.now() + seconds * 1000;
let findings = 0;

for (const [index, target] of codecTargets.entries()) {
  const random = seededRandom(seed + index);
  const seeds = target.seeds.map(byteStringBytes);
  const kinds = new Set<string>();
  let done = 0;
  let slowest = 0;
  for (; done < count && performance.now() < end && findings < MOST_FINDINGS; done++) {
    const input = done < seeds.length ? (seeds[done] ?? new Uint8Array(0)) : mutate(seeds, random);
    const cuts = Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
      Math.floor(random() * (input.length + 1)),
    );
    const everywhere = Array.from(input, (_, at) => at);
    const start = performance.now();
    let finding: string | undefined;
    try {
      const whole = JSON.stringify(target.run([input])) ?? 'nothing';
      const pieces =
        JSON.stringify(target.run(cutIntoChunks(input, done % 8 === 0 ? everywhere : cuts))) ?? 'nothing';
      if (whole !== pieces) finding = `whole: ${whole}\n  in pieces: ${pieces}`;
      kinds.add(whole.slice(0, 60));
    } catch (error) {
      finding = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    if (took > SLOW_MS) finding ??= `took ${took.toFixed()} ms`;
    if (finding !== undefined) {
      findings++;
      process.stdout.write(
        `${target.name}: ${JSON.stringify(Buffer.from(input).toString('latin1'))}\n  ${finding}\n`,
      );
    }
  }
  const figures = `${done} inputs, ${kinds.size} kinds of results, slowest ${slowest.toFixed(1)} ms`;
  process.stdout.write(`${target.name}: ${figures}\n`);
}
process.stdout.write(`${findings} findings, seed ${seed}\n`);
process.exitCode = findings === 0 ? 0 : 1;
