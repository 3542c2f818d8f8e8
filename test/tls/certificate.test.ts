import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Fault } from '../../src/core/fault.ts';
import { readCertificate } from '../../src/tls/certificate.ts';
import { validityWarning } from '../../src/tls/validity-warning.ts';
import { certificateFile, certificateFiles } from '../support/certificate-files.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-tls-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function faultOf(certificate: string, key: string): Fault {
  try {
    readCertificate({ certificate, key });
  } catch (fault) {
    if (fault instanceof Fault) return fault;
    throw fault;
  }
  throw new Error('expected a fault');
}

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a certificate', () => {
  test('brings the names of its subject alternative name', () => {
    expect(readCertificate(certificateFiles('site')).names).toEqual([
      'site.test',
      '*.site.test',
      '127.0.0.1',
    ]);
  });

  test('without alternative names brings its common name', () => {
    const files = { certificate: certificateFile('expired.pem'), key: certificateFile('site.key') };
    expect(readCertificate(files).names).toEqual(['expired.test']);
  });

  test('out of its time is a warning, with the day', () => {
    const { notAfterMs, notBeforeMs } = readCertificate(certificateFiles('site'));
    const certificate = readCertificate(certificateFiles('site'));
    expect(validityWarning(certificate, notBeforeMs + 1)).toBeUndefined();
    expect(validityWarning(certificate, notAfterMs + 1)).toMatchObject({
      code: 'tls/expired',
      message: expect.stringContaining(new Date(notAfterMs).toISOString().slice(0, 10)),
    });
    expect(validityWarning(certificate, notBeforeMs - 1)?.code).toBe('tls/not-yet-valid');
  });

  test('that is not there is a fault of its file', () => {
    const fault = faultOf(join(folder, 'none.pem'), certificateFile('site.key'));
    expect(fault).toMatchObject({ code: 'tls/unreadable', place: { file: join(folder, 'none.pem') } });
  });

  test('whose key is not there is a fault of the key file', () => {
    const fault = faultOf(certificateFile('site.pem'), join(folder, 'none.key'));
    expect(fault).toMatchObject({ code: 'tls/unreadable', place: { file: join(folder, 'none.key') } });
  });

  test('with the key of another is a fault of the key file', () => {
    const fault = faultOf(certificateFile('site.pem'), certificateFile('wiki.key'));
    expect(fault).toMatchObject({ code: 'tls/key-mismatch', place: { file: certificateFile('wiki.key') } });
  });

  test.each([
    ['nothing', ''],
    ['nonsense', 'nonsense'],
    ['half of it', readFileSync(certificateFile('site.pem'), 'utf8').slice(0, 300)],
    ['a key', readFileSync(certificateFile('site.key'), 'utf8')],
  ])('of %s is a fault', (_what, text) => {
    expect(faultOf(written('bad.pem', text), certificateFile('site.key')).code).toBe('tls/bad-certificate');
  });

  test('with rubbish among those behind it is a fault', () => {
    const good = readFileSync(certificateFile('site.pem'), 'utf8');
    const chain = `${good}-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n`;
    expect(faultOf(written('chain.pem', chain), certificateFile('site.key')).code).toBe(
      'tls/bad-certificate',
    );
  });

  test.each([
    ['nonsense', 'nonsense', 'none that can be read'],
    ['a locked one', readFileSync(certificateFile('locked.key'), 'utf8'), 'one with a passphrase'],
  ])('whose key is %s is a fault', (_what, text, found) => {
    const fault = faultOf(certificateFile('site.pem'), written('bad.key', text));
    expect(fault.code).toBe('tls/bad-key');
    expect(fault.message).toContain(found);
  });
});
