import { scalar } from './scalar.ts';

export function path(expected: string) {
  return scalar('path', '^[^\\u0000]+$', expected, (text) => text);
}

/** Reads permission bits. In quotes, since YAML takes 0660 for the number 660 and 0o660 for 432. */
export function socketMode() {
  return scalar('permissions', '^0?[0-7]{3}$', 'permissions in quotes, such as "0660"', (text) =>
    Number.parseInt(text, 8),
  );
}

/** Reads permission bits; in quotes likewise. */
export function umask() {
  return scalar('umask', '^0?[0-7]{3}$', 'a umask in quotes, such as "027"', (text) =>
    Number.parseInt(text, 8),
  );
}

/** A user or group of the machine. */
export function accountName() {
  return scalar(
    'account',
    '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\\$?$',
    'the name of an account of this machine, such as www-data, or its number in quotes',
    (text) => text,
  );
}
