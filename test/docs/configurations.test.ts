import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { checkConsistency } from '../../src/config/check-consistency.ts';
import { checkPolicies } from '../../src/config/check-policies.ts';
import { configurationJsonSchema } from '../../src/config/configuration-json-schema.ts';
import { configurationSchema } from '../../src/config/schema.ts';
import { expectedBySchema, schemaFaults } from '../../src/config/schema-faults.ts';
import { SourceDocument } from '../../src/config/source-document.ts';
import { loadPolicy } from '../../src/policy/load-policy.ts';
import { documents } from '../support/documents.ts';

type Keys = Readonly<Record<string, unknown>>;

const keysOfTheFile = Object.keys(configurationJsonSchema().properties ?? {});
const lanes = ['app', 'wsgi', 'cgi', 'scgi'];

/** A policy of one's own has a test beside its text: policies/README.md. */
const blocks = [...documents]
  .filter(([path]) => path !== 'policies/README.md')
  .flatMap(([path, text]) =>
    [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block = '']) => [path, block] as const),
  );

/** With what a document leaves out because it is said elsewhere. */
function whole(block: string): string {
  const written: Keys = parse(block);
  const isOfTheFile = Object.keys(written).some((key) => keysOfTheFile.includes(key));
  const file: Keys = isOfTheFile ? written : { applications: { wiki: written } };
  const applications = (file.applications ?? { wiki: {} }) as Readonly<Record<string, Keys>>;
  return stringify({
    listen: [{ http: '127.0.0.1:8080' }],
    ...file,
    applications: Object.fromEntries(
      Object.entries(applications).map(([name, application]) => [
        name,
        {
          at: `/${name}`,
          ...(lanes.some((lane) => lane in application) ? {} : { cgi: { program: './wiki.cgi' } }),
          ...application,
        },
      ]),
    ),
  });
}

test.each(blocks)('%s shows a configuration without a fault:\n%s', async (_path, block) => {
  const document = new SourceDocument('/spillway.yaml', whole(block));
  const read = configurationSchema.safeParse(document.value, { error: expectedBySchema });
  const faults = [
    ...document.faults,
    ...(read.success ? [] : schemaFaults(document, read.error.issues)),
    ...checkConsistency(document),
    ...(await checkPolicies(document, loadPolicy)).faults,
  ];
  expect(faults.map(String)).toEqual([]);
});

test('there are such configurations', () => {
  expect(blocks.length).toBeGreaterThan(10);
});
