import { join } from 'node:path';
import type { CertificateFiles } from '../../src/config/configuration.ts';

const folder = join(import.meta.dirname, 'certificates');

/** A self-signed certificate that is good for a hundred years, and its key, which is no secret. */
export function certificateFiles(name: 'site' | 'site-renewed' | 'wiki' | 'wiki-renewed'): CertificateFiles {
  return { certificate: certificateFile(`${name}.pem`), key: certificateFile(`${name}.key`) };
}

export function certificateFile(name: string): string {
  return join(folder, name);
}
