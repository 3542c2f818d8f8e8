import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { documents } from '../support/documents.ts';

const readme = documents.get('README.md') ?? '';
const libraries = readme.slice(readme.indexOf('## Libraries'));

test.each(Object.keys({ ...packageJson.dependencies, ...packageJson.devDependencies }))(
  'the README says what %s is for',
  (name) => {
    expect(libraries).toContain(`\`${name}\``);
  },
);
