import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { CertificateFiles } from '../config/configuration.ts';
import { Fault } from '../core/fault.ts';
import { hasCode } from '../system/has-code.ts';

/** A certificate that fits its key and can be served. */
export interface Certificate {
  readonly files: CertificateFiles;
  /** Lower-case DNS names and addresses of its subject alternative name, else its common name; `*.example.org` stands for one label. */
  readonly names: readonly string[];
  /** PEM. */
  readonly chain: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Reads a certificate and its key. Throws a Fault (`tls/…`) with the file that cannot be used. */
export function readCertificate(files: CertificateFiles): Certificate {
  const chain = readPem(files.certificate);
  const key = readPem(files.key);
  const leaf = parseCertificate(files.certificate, chain);
  const privateKey = parseKey(files.key, key);
  if (!leaf.checkPrivateKey(privateKey)) {
    throw new Fault(
      'tls/key-mismatch',
      `expected the private key of ${files.certificate}, found that of another certificate`,
      { file: files.key },
    );
  }
  const names = alternativeNames(leaf.subjectAltName ?? '');
  const [, commonName] = /^CN=(.+)$/m.exec(leaf.subject) ?? [];
  // Of use only to certificates of one's own: who is not told to take them looks at the alternative names alone.
  if (names.length === 0 && commonName !== undefined) names.push(commonName.toLowerCase());
  try {
    // Reads the rest of the chain too.
    createSecureContext({ cert: chain, key });
  } catch (error) {
    throw new Fault(
      'tls/bad-certificate',
      `expected certificates in PEM that can be served, found ${reason(error)}`,
      { file: files.certificate },
      error,
    );
  }
  return {
    files,
    names,
    chain,
    key,
    notBeforeMs: Date.parse(leaf.validFrom),
    notAfterMs: Date.parse(leaf.validTo),
  };
}

function readPem(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault(
      'tls/unreadable',
      `expected a file that can be read, found ${hasCode(error, 'ENOENT') ? 'nothing' : reason(error)}`,
      { file },
      error,
    );
  }
}

function parseCertificate(file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new Fault(
      'tls/bad-certificate',
      'expected a certificate in PEM (-----BEGIN CERTIFICATE-----), found none that can be read',
      { file },
      error,
    );
  }
}

function parseKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const locked = /ENCRYPTED/.test(pem);
    throw new Fault(
      'tls/bad-key',
      `expected a private key in PEM without a passphrase, found ${locked ? 'one with a passphrase' : 'none that can be read'}`,
      { file },
      error,
    );
  }
}

/** `DNS:example.org, DNS:*.example.org, IP Address:127.0.0.1`. A name that OpenSSL had to quote is no host name. */
function alternativeNames(text: string): string[] {
  return text.split(', ').flatMap((entry) => {
    const [, name] = /^(?:DNS|IP Address):([^"]+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [name.toLowerCase()];
  });
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
