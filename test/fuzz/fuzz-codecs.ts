import { byteStringBytes } from '../../src/protocol/byte-string-bytes.ts';
import { cutIntoChunks } from '../support/cut-into-chunks.ts';
import { seededRandom } from '../support/seeded-random.ts';
import type { CodecTarget } from './codec-target.ts';
import { codecTargets } from './codec-targets.ts';
import { mutate } from './mutate.ts';

/** A few kilobytes take microseconds; the rest is room for a busy machine. */
const slowMs = 250;
const mostFindings = 10;

export interface FuzzOptions {
  readonly inputs: number;
  readonly seed: number;
  readonly seconds: number;
  readonly say: (line: string) => void;
}

/** Throws inputs at every codec, each whole and cut into pieces. Returns how many threw, hung or depended on the cuts. */
export function fuzzCodecs({ inputs, seed, seconds, say }: FuzzOptions): number {
  const begun = performance.now();
  let findings = 0;
  let all = 0;
  for (const [index, target] of codecTargets.entries()) {
    const left = codecTargets.length - index;
    const now = performance.now();
    const endMs = now + (begun + seconds * 1000 - now) / left;
    const result = fuzzCodec(target, seed + index, Math.ceil((inputs - all) / left), endMs, say);
    findings += result.findings;
    all += result.inputs;
  }
  say(
    `codecs: ${all} inputs in ${((performance.now() - begun) / 1000).toFixed(1)} s, ${findings} findings, seed ${seed}`,
  );
  return findings;
}

function fuzzCodec(
  target: CodecTarget,
  seed: number,
  most: number,
  endMs: number,
  say: (line: string) => void,
): { inputs: number; findings: number } {
  const random = seededRandom(seed);
  const seeds = target.seeds.map(byteStringBytes);
  const kinds = new Set<string>();
  let inputs = 0;
  let findings = 0;
  let slowest = 0;
  for (; inputs < most && findings < mostFindings && performance.now() < endMs; inputs++) {
    const input = inputs < seeds.length ? (seeds[inputs] ?? new Uint8Array(0)) : draw(target, seeds, random);
    const cuts =
      inputs % 8 === 0
        ? Array.from(input, (_, at) => at)
        : Array.from({ length: 1 + Math.floor(random() * 12) }, () =>
            Math.floor(random() * (input.length + 1)),
          );
    const start = performance.now();
    let finding: string | undefined;
    try {
      const whole = JSON.stringify(target.run([input])) ?? 'nothing';
      const pieces = JSON.stringify(target.run(cutIntoChunks(input, cuts))) ?? 'nothing';
      if (whole !== pieces) finding = `whole: ${whole}\n  in pieces: ${pieces}`;
      if (kinds.size < 100_000) kinds.add(whole.slice(0, 60));
    } catch (error) {
      finding = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    const took = performance.now() - start;
    slowest = Math.max(slowest, took);
    if (took > slowMs) finding ??= `took ${took.toFixed()} ms`;
    if (finding === undefined) continue;
    findings++;
    say(`${target.name}: ${JSON.stringify(Buffer.from(input).toString('latin1'))}\n  ${finding}`);
  }
  say(`${target.name}: ${inputs} inputs, ${kinds.size} kinds of results, slowest ${slowest.toFixed(1)} ms`);
  return { inputs, findings };
}

/** Half of the inputs follow the grammar where there is one, half are spoiled bytes; some are both. */
function draw(target: CodecTarget, seeds: readonly Uint8Array[], random: () => number): Uint8Array {
  if (target.nearValid === undefined || random() < 0.4) return mutate(seeds, random);
  const near = byteStringBytes(target.nearValid(random));
  return random() < 0.2 ? mutate([near], random) : near;
}
