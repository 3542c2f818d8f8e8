/** What one overload page costs: `bun test/bench/overload-page.ts`. Fields come as fresh strings, as from a parser. */
import { PreparedOverloadPage } from '../../src/overload/overload-page.ts';
import { ACCEPT } from '../overload/accept-fields.ts';

const PAGES = 300_000;
const page = new PreparedOverloadPage({ application: 'guestbook', random: Math.random });
const language = Buffer.from('de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7');

for (const [name, accept] of Object.entries(ACCEPT)) {
  const bytes = Buffer.from(accept);
  const view = {
    meta: (variable: string) => {
      if (variable === 'REQUEST_METHOD') return 'GET';
      if (variable === 'HTTP_ACCEPT') return bytes.toString('latin1');
      return variable === 'HTTP_ACCEPT_LANGUAGE' ? language.toString('latin1') : undefined;
    },
    entries: () => [],
  };
  let size = 0;
  for (let count = 0; count < PAGES / 10; count++) page.shed(view, '01jd5z7m3k-42', 8000);
  const begun = process.hrtime.bigint();
  for (let count = 0; count < PAGES; count++) size = page.shed(view, '01jd5z7m3k-42', 8000).body.length;
  const ns = Number(process.hrtime.bigint() - begun) / PAGES;
  process.stdout.write(
    `${name.padEnd(12)} ${String(size).padStart(5)} bytes  ${(ns / 1000).toFixed(2)} us\n`,
  );
}
const begun = process.hrtime.bigint();
new PreparedOverloadPage({ application: 'another', random: Math.random });
process.stdout.write(
  `preparing one application's pages: ${Number(process.hrtime.bigint() - begun) / 1e6} ms\n`,
);
