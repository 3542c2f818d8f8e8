import { formatDuration } from '../../config/duration.ts';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const atMostTenths = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const atMostThousandths = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });
/** The words for a number that is not known. */
const UNKNOWN = 'not known';

export function formatCount(count: number): string {
  return whole.format(count);
}

/** As exact as it is of use: tenths below ten. */
export function formatRate(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? tenths.format(perSecond) : whole.format(perSecond);
}

export function formatNumber(value: number | null): string {
  return value === null ? UNKNOWN : atMostThousandths.format(value);
}

export function formatShare(share: number | null): string {
  return share === null ? UNKNOWN : `${whole.format(share * 100)} %`;
}

export function formatBytes(bytes: number | null): string {
  if (bytes === null) return UNKNOWN;
  return bytes >= 1e9 ? `${tenths.format(bytes / 1e9)} GB` : `${whole.format(bytes / 1e6)} MB`;
}

/** Of something that goes on: `420 ms`, `3.2 s`, `12 min`, `5 h 3 min`, `3 d 4 h`. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return UNKNOWN;
  if (seconds < 1) return `${whole.format(seconds * 1000)} ms`;
  if (seconds < 10) return `${atMostTenths.format(seconds)} s`;
  if (seconds < 120) return `${whole.format(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** A parameter of a policy as an operator writes it, with its unit in words. */
export function formatParameter(value: number | boolean | string, unit: string | undefined): string {
  if (typeof value !== 'number') return String(value);
  return unit === 'ms' ? formatDuration(value) : String(value);
}

/** By the clock of who looks; with the date where it was on another day. */
export function formatTime(iso: string, nowMs: number): string {
  const at = new Date(iso);
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${time}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
