/** One metric family of Prometheus's text format 0.0.4. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** By name with labels, as written. */
  readonly samples: Map<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/** Strict: throws where a scraper would complain. */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, Family>();
  let family: { name: string; type: string; help: string; samples: Map<string, number> } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, keyword, name = '', rest = ''] = comment;
      if (keyword === 'HELP') {
        if (families.has(name)) throw new Error(`${name} comes twice`);
        family = { name, type: '', help: rest, samples: new Map() };
        families.set(name, family);
      } else {
        if (family?.name !== name || family.samples.size > 0) throw new Error(`TYPE of ${name} out of place`);
        family.type = rest;
      }
      continue;
    }
    const found = SAMPLE.exec(line);
    if (found === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value = ''] = found;
    if (family === undefined || !belongs(name, family)) throw new Error(`${name} outside its family`);
    checkLabels(labels);
    const key = line.slice(0, line.lastIndexOf(' '));
    if (family.samples.has(key)) throw new Error(`${key} comes twice`);
    const number = value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value);
    if (Number.isNaN(number)) throw new Error(`no number: ${line}`);
    family.samples.set(key, number);
  }
  return families;
}

function belongs(sample: string, { name, type }: Family): boolean {
  return type === 'histogram'
    ? sample === `${name}_bucket` || sample === `${name}_sum` || sample === `${name}_count`
    : sample === name;
}

function checkLabels(labels: string): void {
  const names = new Set<string>();
  LABEL.lastIndex = 0;
  for (let at = 0; at < labels.length; at = LABEL.lastIndex) {
    const name = LABEL.exec(labels)?.[1];
    if (name === undefined) throw new Error(`bad labels: ${labels}`);
    if (names.has(name)) throw new Error(`label ${name} comes twice: ${labels}`);
    names.add(name);
  }
}
