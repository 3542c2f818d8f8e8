/** What can be chosen by a host name. */
export interface Named {
  /** Lower case; `*.example.org` stands for exactly one label in the place of the star (RFC 9525, section 6.3). */
  readonly names: readonly string[];
}

/**
 * Makes the choice of a certificate for the name that a visitor asks for (SNI): the first that has the very name, else the first with
 * a wildcard for it, else nothing.
 */
export function chooserByName<Choice extends Named>(
  choices: readonly Choice[],
): (name: string) => Choice | undefined {
  const byName = new Map<string, Choice>();
  for (const choice of choices) {
    for (const name of choice.names) if (!byName.has(name)) byName.set(name, choice);
  }
  return (asked) => {
    const name = asked.toLowerCase().replace(/\.$/, '');
    const dot = name.indexOf('.');
    return byName.get(name) ?? (dot < 0 ? undefined : byName.get(`*${name.slice(dot)}`));
  };
}
