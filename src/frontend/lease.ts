import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { hasCode } from '../system/has-code.ts';
import { LEASE_FORMAT, LEASE_KINDS } from './lease-format.ts';

/** What launchers may do for a moment without asking. All paths absolute. */
export type Lease = ForwardLease | ShedLease;

export interface ShedLease {
  readonly kind: 'shed';
  /** File of DecisionCounts: one byte more for each request. */
  readonly counted: string;
  /** Whole answers, head and body, 1 to 8: they differ in when to come back, and launchers spread over them. */
  readonly pages: readonly Uint8Array[];
}

export interface ForwardLease {
  readonly kind: 'forward';
  /** A `sockaddr`, as `socketAddresses` makes it. */
  readonly address: Uint8Array;
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  /** The daemon's use lock. */
  readonly use: string;
  /** Folder of LiveSlots. */
  readonly slots: string;
  readonly counted: string;
  /** Likewise, for those to whom the daemon said nothing. */
  readonly countedSilent: string;
  /** For those. */
  readonly pages: readonly Uint8Array[];
}

export interface LeaseTime {
  /** On the clock that begins with the machine's start and goes on while it sleeps (CLOCK_BOOTTIME). */
  readonly nowMs: number;
  /** How long launchers may follow it: what the policies do not hear of. */
  readonly lifeMs: number;
}

/** A quarter of a second: under load the policies are asked four to six times a second. */
export const DEFAULT_LEASE_LIFE_MS = 250;
/** From this part of its life on, one request is let through to renew it, so that it never runs out while there are requests. */
const RENEWED_FROM = 0.6;
/** What launchers take for a broken lease. */
const LONGEST_LIFE_MS = 60_000;

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/**
 * Writes down what has just been decided, for launchers to follow; true where it was written.
 *
 *   written ──────────► followed ──0.6 of its life──► one launcher lets the frontend decide anew ──► the next is written
 *                                                     the others go on to follow; at the end of its life nobody does
 *
 * A lease that is not yet to be renewed stays: of many that decide at once, one writes. Nothing is written where the lease does not fit
 * its form (long paths, no page): then every request asks. Throws what the system says.
 */
export function offerLease(path: string, lease: Lease, { nowMs, lifeMs }: LeaseTime): boolean {
  const boot = bootId();
  if (leaseStands(path, boot, nowMs)) return false;
  const bytes = encodeLease(lease, boot, nowMs, Math.min(lifeMs, LONGEST_LIFE_MS - 1));
  if (bytes === undefined) return false;
  const temporary = `${path}.${process.pid}`;
  const descriptor = create(temporary);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  } finally {
    closeSync(descriptor);
  }
  renameSync(temporary, path);
  return true;
}

/** Nobody is to follow what was decided before: to be called where the decision is another now. Throws what the system says. */
export function revokeLease(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** Whether there is one that nobody is to renew yet. */
function leaseStands(path: string, boot: string, nowMs: number): boolean {
  let descriptor: number;
  try {
    descriptor = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch {
    return false;
  }
  try {
    const stats = fstatSync(descriptor);
    const bytes = new Uint8Array(LEASE_FORMAT.bytes);
    if (!stats.isFile() || stats.uid !== process.geteuid?.()) return false;
    if (readSync(descriptor, bytes, 0, bytes.length, 0) < bytes.length) return false;
    const view = new DataView(bytes.buffer);
    const expiresMs = Number(view.getBigUint64(LEASE_FORMAT.expiresMs, true));
    return (
      textAt(bytes, 0, LEASE_FORMAT.magic.length) === LEASE_FORMAT.magic &&
      textAt(bytes, LEASE_FORMAT.boot.at, boot.length) === boot &&
      nowMs < Number(view.getBigUint64(LEASE_FORMAT.renewMs, true)) &&
      expiresMs - nowMs < LONGEST_LIFE_MS
    );
  } finally {
    closeSync(descriptor);
  }
}

function encodeLease(lease: Lease, boot: string, nowMs: number, lifeMs: number): Uint8Array | undefined {
  const { pages } = lease;
  if (pages.length === 0 || pages.length > LEASE_FORMAT.pageBytes.most) return undefined;
  const bytes = new Uint8Array(pages.reduce<number>((sum, page) => sum + page.length, LEASE_FORMAT.bytes));
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from(LEASE_FORMAT.magic, 'latin1'));
  view.setBigUint64(LEASE_FORMAT.expiresMs, BigInt(Math.floor(nowMs + lifeMs)), true);
  view.setBigUint64(LEASE_FORMAT.renewMs, BigInt(Math.floor(nowMs + lifeMs * RENEWED_FROM)), true);
  view.setBigUint64(LEASE_FORMAT.size, BigInt(bytes.length), true);
  view.setUint32(LEASE_FORMAT.kind, LEASE_KINDS[lease.kind], true);
  view.setUint32(LEASE_FORMAT.pages, pages.length, true);
  let at: number = LEASE_FORMAT.bytes;
  for (const [index, page] of pages.entries()) {
    view.setUint32(LEASE_FORMAT.pageBytes.at + 4 * index, page.length, true);
    bytes.set(page, at);
    at += page.length;
  }
  if (!putText(bytes, LEASE_FORMAT.boot, boot) || !putText(bytes, LEASE_FORMAT.counted, lease.counted))
    return undefined;
  if (lease.kind === 'shed') return bytes;
  if (lease.address.length > LEASE_FORMAT.address.size) return undefined;
  view.setUint32(LEASE_FORMAT.connectTimeoutMs, Math.max(1, Math.ceil(lease.connectTimeoutMs)), true);
  view.setUint32(LEASE_FORMAT.timeoutMs, Math.ceil(lease.timeoutMs), true);
  view.setUint32(LEASE_FORMAT.addressBytes, lease.address.length, true);
  bytes.set(lease.address, LEASE_FORMAT.address.at);
  const fits =
    putText(bytes, LEASE_FORMAT.use, lease.use) &&
    putText(bytes, LEASE_FORMAT.slots, lease.slots) &&
    putText(bytes, LEASE_FORMAT.countedSilent, lease.countedSilent);
  return fits ? bytes : undefined;
}

/** False where there is no room for it and a NUL. */
function putText(bytes: Uint8Array, { at, size }: { at: number; size: number }, text: string): boolean {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length >= size) return false;
  bytes.set(encoded, at);
  return true;
}

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.subarray(at, at + length)).toString('latin1');
}

/** Who starts a machine anew starts its clock anew, too. */
function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
}

/** Readable by nobody else: launchers follow no lease of another user. */
function create(path: string): number {
  const flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
    // Of a process with the same number that was killed.
    unlinkSync(path);
    return openSync(path, flags, 0o600);
  }
}
