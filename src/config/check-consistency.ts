import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import { formatAddress, parseAddress } from './address.ts';
import { describeFound } from './describe-found.ts';
import type { KeyPath } from './key-path.ts';
import { resolveAddress } from './resolve-paths.ts';
import { APPLICATION_NAME, VARIABLE_NAME } from './schema.ts';
import type { SourceDocument } from './source-document.ts';
import { asList, asMap, isMap } from './written-value.ts';

/** Finds what the schema does not see: names, and parts of the file that do not go together. */
export function checkConsistency(document: SourceDocument): Fault[] {
  const root = asMap(document.value);
  const applications = Object.entries(asMap(root.applications));
  return [
    ...applications.flatMap(([name, value]) => checkApplication(document, name, value)),
    ...duplicates(
      document,
      'config/duplicate-route',
      'another path prefix for each application',
      pathPrefixes(applications),
    ),
    ...duplicates(
      document,
      'config/duplicate-address',
      'another address for each listener',
      listenAddresses(document, root),
    ),
    ...duplicates(
      document,
      'config/duplicate-daemon',
      'another address for each daemon',
      daemonAddresses(document, applications),
    ),
  ];
}

function checkApplication(document: SourceDocument, name: string, value: unknown): Fault[] {
  const path = ['applications', name];
  const faults: Fault[] = [];
  if (!new RegExp(APPLICATION_NAME).test(name)) {
    const message = `expected a name of at most 64 lower case letters, digits, - and _, which starts with a letter or digit, found ${describeFound(name)}`;
    faults.push(new Fault('config/invalid-name', message, document.place(path, 'key')));
  }
  const application = asMap(value);
  if (isMap(value) && application.cgi === undefined && application.scgi === undefined) {
    const message =
      'expected a lane, cgi or scgi or both, found neither: add cgi: { program: ./program.cgi }';
    faults.push(new Fault('config/no-lane', message, document.place(path, 'key')));
  }
  for (const [variable, text] of Object.entries(asMap(application.environment))) {
    const key = [...path, 'environment', variable];
    if (!new RegExp(VARIABLE_NAME).test(variable)) {
      const message = `expected a variable name of letters, digits and _, found ${describeFound(variable)}`;
      faults.push(new Fault('config/invalid-name', message, document.place(key, 'key')));
    }
    if (typeof text === 'string' && text.includes('\0')) {
      const message = 'expected a text without NUL, which no program can be given';
      faults.push(new Fault('config/invalid-value', message, document.place(key)));
    }
  }
  return faults;
}

/** What must be there only once: something to compare by, and the key where it stands. */
type Claim = readonly [claimed: string, key: KeyPath];

function duplicates(
  document: SourceDocument,
  code: string,
  expected: string,
  claims: readonly Claim[],
): Fault[] {
  const first = new Map<string, KeyPath>();
  const faults: Fault[] = [];
  for (const [claimed, key] of claims) {
    const former = first.get(claimed);
    if (former === undefined) {
      first.set(claimed, key);
      continue;
    }
    const { line, column, key: formerKey } = document.place(former);
    const message = `expected ${expected}, found ${claimed} at ${formerKey} (line ${line}, column ${column}) too: change one of them`;
    faults.push(new Fault(code, message, document.place(key)));
  }
  return faults;
}

type Applications = readonly (readonly [name: string, value: unknown])[];

function pathPrefixes(applications: Applications): Claim[] {
  return applications.flatMap(([name, value]): Claim[] => {
    const { at } = asMap(value);
    return typeof at === 'string'
      ? [[at.length > 1 ? at.replace(/\/$/, '') : at, ['applications', name, 'at']]]
      : [];
  });
}

function listenAddresses(document: SourceDocument, root: Readonly<Record<string, unknown>>): Claim[] {
  return [
    ...asList(root.listen).flatMap((entry, index) =>
      addressClaim(document, asMap(entry).http, ['listen', index, 'http']),
    ),
    ...addressClaim(document, root.admin, ['admin']),
  ];
}

function daemonAddresses(document: SourceDocument, applications: Applications): Claim[] {
  return applications.flatMap(([name, value]) => {
    const scgi = asMap(asMap(value).scgi);
    // A daemon that somebody else runs may serve several applications.
    return scgi.daemon === undefined
      ? []
      : addressClaim(document, scgi.address, ['applications', name, 'scgi', 'address']);
  });
}

function addressClaim(document: SourceDocument, value: unknown, key: KeyPath): Claim[] {
  const address = typeof value === 'string' ? parseAddress(value) : undefined;
  if (address === undefined || (address.kind === 'tcp' && address.port === 0)) return [];
  return [[formatAddress(resolveAddress(dirname(document.file), address)), key]];
}
