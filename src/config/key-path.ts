/** Names of keys and indices of lists, from the top of the file. */
export type KeyPath = readonly (string | number)[];

/** `applications.wiki.policies[0]`. */
export function formatKeyPath(path: KeyPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    const name = /^[\w-]+$/.test(step) ? step : JSON.stringify(step);
    return text === '' ? name : `${text}.${name}`;
  }, '');
}
