import { Fault } from '../core/fault.ts';
import { readCertificate } from '../tls/certificate.ts';
import type { CertificateFiles } from './configuration.ts';
import type { Problem } from './problem.ts';

/** What keeps a certificate from being served: its files, by absolute paths. */
export function checkCertificate(files: CertificateFiles): Problem | undefined {
  try {
    readCertificate(files);
    return undefined;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const { code, message, place } = fault;
    return { code, message: place === undefined ? message : `${message} (${place.file})` };
  }
}
