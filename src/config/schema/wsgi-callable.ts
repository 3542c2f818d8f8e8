import { scalar } from './scalar.ts';

/** As servers of WSGI applications usually take it. */
export function wsgiCallable() {
  return scalar(
    'module and callable',
    '^[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*:[A-Za-z_][A-Za-z0-9_]*(?:\\.[A-Za-z_][A-Za-z0-9_]*)*$',
    'a module and its callable, such as wiki:application or site.wsgi:app',
    (text) => text,
  );
}
