/** `Date: …` and CRLF, made now and then and not for each answer (RFC 9110, section 6.6.1: seconds will do). */
export class DateLine {
  bytes: Uint8Array = dateLine();

  refresh(): void {
    this.bytes = dateLine();
  }
}

function dateLine(): Uint8Array {
  return Buffer.from(`Date: ${new Date().toUTCString()}\r\n`, 'latin1');
}
