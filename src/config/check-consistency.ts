import { dirname } from 'node:path';
import { Fault } from '../core/fault.ts';
import { ADDRESS_PLACEHOLDER, formatAddress, parseAddress, parseListenAddress } from './address.ts';
import { describeFound } from './describe-found.ts';
import type { KeyPath } from './key-path.ts';
import { resolveAddress } from './resolve-paths.ts';
import { APPLICATION_NAME, VARIABLE_NAME } from './schema/name-patterns.ts';
import type { SourceDocument } from './source-document.ts';
import { asList, asMap, isMap } from './written-value.ts';

/** Finds what the schema does not see: names, and parts of the file that do not go together. */
export function checkConsistency(document: SourceDocument): Fault[] {
  const root = asMap(document.value);
  const applications = Object.entries(asMap(root.applications));
  return [
    ...asList(root.listen).flatMap((entry, index) => checkListener(document, entry, index)),
    ...applications.flatMap(([name, value]) => checkApplication(document, name, value)),
    ...duplicates(
      document,
      'config/duplicate-route',
      'another host or path prefix for each application',
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

function checkListener(document: SourceDocument, value: unknown, index: number): Fault[] {
  if (!isMap(value)) return [];
  const entry = asMap(value);
  const path = ['listen', index];
  const protocols = ['http', 'scgi'].filter((protocol) => entry[protocol] !== undefined);
  if (protocols.length !== 1) {
    const found = protocols.length === 0 ? 'neither' : 'both: make a listener of each';
    const message = `expected a way in, http or scgi, found ${found}`;
    return [new Fault('config/no-protocol', message, document.place(path))];
  }
  if (entry.scgi !== undefined && entry.tls !== undefined) {
    const message = 'expected no tls beside scgi: TLS is the business of the web server in front';
    return [new Fault('config/unfit-key', message, document.place([...path, 'tls'], 'key'))];
  }
  const written = entry.http ?? entry.scgi;
  if (typeof written !== 'string' || parseAddress(written)?.kind !== 'tcp') return [];
  const unfit = ['mode', 'owner', 'group'].filter((key) => entry[key] !== undefined);
  return unfit.map((key) => {
    const message = `expected no ${key} beside ${written}: only Unix sockets have one`;
    return new Fault('config/unfit-key', message, document.place([...path, key], 'key'));
  });
}

function checkApplication(document: SourceDocument, name: string, value: unknown): Fault[] {
  const path = ['applications', name];
  const faults: Fault[] = [];
  if (!new RegExp(APPLICATION_NAME).test(name)) {
    const message = `expected a name of at most 64 lower case letters, digits, - and _, which starts with a letter or digit, found ${describeFound(name)}`;
    faults.push(new Fault('config/invalid-name', message, document.place(path, 'key')));
  }
  const application = asMap(value);
  if (isMap(value)) faults.push(...checkLanes(document, path, application));
  if (application.bus !== undefined && asMap(document.value).control === undefined) {
    const message =
      'expected control: { socket: ./spillway.control } beside listen, found no control: the bus is there';
    faults.push(new Fault('config/no-control', message, document.place([...path, 'bus'], 'key')));
  }
  const cgi = asMap(application.cgi);
  if (isMap(application.cgi) && (cgi.program === undefined) === (cgi.directory === undefined)) {
    const found = cgi.program === undefined ? 'neither' : 'both';
    const message = `expected program or directory, found ${found}: name one program, or one directory of programs`;
    faults.push(new Fault('config/no-program', message, document.place([...path, 'cgi'], 'key')));
  }
  faults.push(...checkDaemonCommand(document, [...path, 'scgi'], asMap(application.scgi)));
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

/** `app` and `wsgi` each stand for both lanes, so nothing else names one beside them. */
function checkLanes(
  document: SourceDocument,
  path: KeyPath,
  application: Readonly<Record<string, unknown>>,
): Fault[] {
  const [first, ...others] = ['app', 'wsgi', 'cgi', 'scgi'].filter((key) => application[key] !== undefined);
  if (first === undefined) {
    const message =
      'expected a lane, cgi or scgi or both, or app or wsgi, found none: add cgi: { program: ./program.cgi }';
    return [new Fault('config/no-lane', message, document.place(path, 'key'))];
  }
  const isModule = first === 'app' || first === 'wsgi';
  if (!isModule) {
    const unfit = { workers: 'other daemons look after their own', daemon: 'take scgi: { daemon: { … } }' };
    return Object.entries(unfit).flatMap(([key, why]) => {
      if (application[key] === undefined) return [];
      const message = `expected app or wsgi beside ${key}, found neither: ${why}`;
      return [new Fault('config/unfit-key', message, document.place([...path, key], 'key'))];
    });
  }
  return others.map((key) => {
    const message = `expected no ${key} beside ${first}, which has both lanes: take one of them away`;
    return new Fault('config/unfit-key', message, document.place([...path, key], 'key'));
  });
}

/** Daemons that bind their addresses themselves must be told which. */
function checkDaemonCommand(
  document: SourceDocument,
  path: KeyPath,
  scgi: Readonly<Record<string, unknown>>,
): Fault[] {
  const { command, activation } = asMap(scgi.daemon);
  const words = asList(command);
  if (asList(scgi.address).length < 2 || activation === 'inherit' || words.length === 0) return [];
  if (words.some((word) => typeof word === 'string' && word.includes(ADDRESS_PLACEHOLDER))) return [];
  const message = `expected ${ADDRESS_PLACEHOLDER} in a word of the command, since there are several addresses, found none: write it where the daemon takes its address`;
  return [new Fault('config/no-address-word', message, document.place([...path, 'daemon', 'command']))];
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
    const { at, host } = asMap(value);
    if (typeof at !== 'string') return [];
    const prefix = at.length > 1 ? at.replace(/\/$/, '') : at;
    const hosts = host === undefined ? [''] : typeof host === 'string' ? [host] : asList(host);
    return hosts.flatMap((one): Claim[] =>
      typeof one === 'string' ? [[one.toLowerCase() + prefix, ['applications', name, 'at']]] : [],
    );
  });
}

function listenAddresses(document: SourceDocument, root: Readonly<Record<string, unknown>>): Claim[] {
  return [
    ...asList(root.listen).flatMap((entry, index) =>
      ['http', 'scgi'].flatMap((protocol) =>
        addressClaim(document, asMap(entry)[protocol], ['listen', index, protocol]),
      ),
    ),
    ...addressClaim(document, root.admin, ['admin']),
  ];
}

function daemonAddresses(document: SourceDocument, applications: Applications): Claim[] {
  return applications.flatMap(([name, value]) => {
    const scgi = asMap(asMap(value).scgi);
    // A daemon that somebody else runs may serve several applications.
    if (scgi.daemon === undefined) return [];
    const key = ['applications', name, 'scgi', 'address'];
    return Array.isArray(scgi.address)
      ? asList(scgi.address).flatMap((one, index) => addressClaim(document, one, [...key, index]))
      : addressClaim(document, scgi.address, key);
  });
}

function addressClaim(document: SourceDocument, value: unknown, key: KeyPath): Claim[] {
  const address = typeof value === 'string' ? parseListenAddress(value) : undefined;
  if (address === undefined || (address.kind === 'tcp' && address.port === 0)) return [];
  return [[formatAddress(resolveAddress(dirname(document.file), address)), key]];
}
