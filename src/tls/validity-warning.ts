import { Fault } from '../core/fault.ts';
import type { Certificate } from './certificate.ts';

/** A certificate out of its time is served all the same: an answer that visitors must confirm is better than none. */
export function validityWarning(certificate: Certificate, nowMs: number): Fault | undefined {
  const { files, notBeforeMs, notAfterMs } = certificate;
  const place = { file: files.certificate };
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  if (nowMs > notAfterMs)
    return new Fault(
      'tls/expired',
      `expected a certificate that is valid, found one until ${day(notAfterMs)}`,
      place,
    );
  if (nowMs < notBeforeMs)
    return new Fault(
      'tls/not-yet-valid',
      `expected a certificate that is valid, found one from ${day(notBeforeMs)}`,
      place,
    );
  return undefined;
}
