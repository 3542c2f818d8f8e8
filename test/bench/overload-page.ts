/**
 * What one overload page costs, beside an answer that is always the same bytes: `bun test/bench/overload-page.ts`. Fields come as fresh strings, as from a
 * parser, and every request has an id of its own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OverloadPage, PreparedAnswer } from '../../src/core/overload-page.ts';
import type { View } from '../../src/core/view.ts';
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { templateAlone } from '../../src/overload/page-configuration.ts';
import { ACCEPT } from '../overload/accept-fields.ts';

const PAGES = 300_000;
/** The runs of all are spread over time, and the best one of each counts: others use the machine, too. */
const ROUNDS = 5;
const LANGUAGE = 'de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7';
const CODING = 'gzip, deflate, br, zstd';
const OWN = `<!doctype html><html lang="{{language}}"><title>{{title}}</title><h1>{{title}}</h1><p>{{reason}} {{advice}}
{{#looking}}<p>{{again_before}}{{retry_in}}{{again_after}} ({{retry_time}}){{/looking}}<p>{{queue}}<p><code>{{request_id}}</code>
${'<p>What the operator has to say, and says at length.</p>\n'.repeat(100)}`;

interface Asked {
  readonly accept: string;
  readonly language?: string;
  readonly coding?: string;
}

function viewFor({ accept, language, coding }: Asked): View {
  const fields = new Map<string, Buffer | undefined>(
    Object.entries({ ACCEPT: accept, ACCEPT_LANGUAGE: language, ACCEPT_ENCODING: coding }).map(
      ([name, value]) => [`HTTP_${name}`, value === undefined ? undefined : Buffer.from(value)],
    ),
  );
  return {
    meta: (variable) => (variable === 'REQUEST_METHOD' ? 'GET' : fields.get(variable)?.toString('latin1')),
    entries: () => [],
  };
}

const folder = mkdtempSync(join(tmpdir(), 'spillway-page-bench-'));
writeFileSync(join(folder, 'page.html'), OWN);
const ours = new PreparedOverloadPage({ application: 'guestbook', random: Math.random });
const own = new PreparedOverloadPage({
  application: 'guestbook',
  page: templateAlone(join(folder, 'page.html')),
  random: Math.random,
});
rmSync(folder, { recursive: true });

const constant = ours.shed(viewFor({ accept: ACCEPT.firefox }), 'always-the-same', 8000, {
  reason: 'drowning',
});
/** The least: no choice, no copy. It asks for the fields that it would choose by, which a parser makes into strings when they are asked for. */
const floor: OverloadPage = {
  shed(view): PreparedAnswer {
    for (const field of ['REQUEST_METHOD', 'HTTP_ACCEPT', 'HTTP_ACCEPT_LANGUAGE', 'HTTP_ACCEPT_ENCODING'])
      view.meta(field);
    return constant;
  },
};

const html = ACCEPT.firefox;
const everything = { language: LANGUAGE, coding: CODING };
const cases = (
  [
    ['constant bytes', floor, { accept: html }],
    ['constant bytes, all fields', floor, { accept: html, ...everything }],
    ['default page', ours, { accept: html }],
    ['with Accept-Language', ours, { accept: html, language: LANGUAGE }],
    ['with gzip', ours, { accept: html, coding: CODING }],
    ['with both', ours, { accept: html, ...everything }],
    ['problem JSON', ours, { accept: ACCEPT.problem, ...everything }],
    ['plain text', ours, { accept: 'text/plain', ...everything }],
    ['one line (curl)', ours, { accept: ACCEPT.curl }],
    ['one line (an image)', ours, { accept: ACCEPT.image, ...everything }],
    ['own template', own, { accept: html, language: LANGUAGE }],
    ['own template, gzip', own, { accept: html, ...everything }],
  ] as const
).map(([name, page, asked]) => ({
  name,
  page: page as OverloadPage,
  view: viewFor(asked),
  bytes: 0,
  bestNs: Number.POSITIVE_INFINITY,
}));

for (let round = 0; round < ROUNDS; round++) {
  for (const one of cases) {
    const begun = process.hrtime.bigint();
    for (let count = 0; count < PAGES / ROUNDS; count++)
      one.bytes = one.page.shed(one.view, `01jd5z7m3k-${count}`, 8000, {
        reason: 'drowning',
        waiting: count % 100,
      }).body.length;
    one.bestNs = Math.min(one.bestNs, (Number(process.hrtime.bigint() - begun) * ROUNDS) / PAGES);
  }
}
const leastNs = cases[0]?.bestNs ?? 0;
process.stdout.write(`${''.padEnd(26)}  bytes       us  above constant bytes\n`);
for (const { name, bytes, bestNs } of cases) {
  const us = (ns: number): string => (ns / 1000).toFixed(2);
  process.stdout.write(
    `${name.padEnd(26)} ${String(bytes).padStart(6)}  ${us(bestNs).padStart(7)}  ${us(bestNs - leastNs).padStart(7)}\n`,
  );
}
const begun = process.hrtime.bigint();
new PreparedOverloadPage({ application: 'another', random: Math.random });
process.stdout.write(
  `preparing one application's pages: ${(Number(process.hrtime.bigint() - begun) / 1e6).toFixed(1)} ms\n`,
);
