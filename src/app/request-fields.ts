import type { View } from '../core/view.ts';

/** Said again, in other words, by the variables without HTTP_; and what libraries take for the address of their proxy (httpoxy). */
const LEFT_OUT: ReadonlySet<string> = new Set(['HTTP_CONTENT_TYPE', 'HTTP_CONTENT_LENGTH', 'HTTP_PROXY']);

/** The header fields of a request, names in lower case, values as byte strings (RFC 3875, section 4.1.18). */
export function requestFields(view: View): [name: string, value: string][] {
  const fields: [string, string][] = [];
  for (const [name, value] of view.entries()) {
    if (name === 'CONTENT_TYPE' || name === 'CONTENT_LENGTH') {
      if (value !== '') fields.push([name === 'CONTENT_TYPE' ? 'content-type' : 'content-length', value]);
    } else if (name.startsWith('HTTP_') && name.length > 5 && !LEFT_OUT.has(name)) {
      fields.push([name.slice(5).toLowerCase().replaceAll('_', '-'), value]);
    }
  }
  return fields;
}
