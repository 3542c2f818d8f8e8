import { configurationJsonSchema, type JsonSchema } from './configuration-json-schema.ts';

interface Row {
  readonly key: string;
  readonly type: string;
  readonly default: string;
  readonly meaning: string;
}

/** The reference of the configuration: a Markdown table of every key with type, default and meaning. */
export function configurationReference(): string {
  const rows = rowsOf('', configurationJsonSchema());
  return [
    '| Key | Type | Default | Meaning |',
    '|---|---|---|---|',
    ...rows.map(({ key, type, default: preset, meaning }) =>
      [`| \`${key}\``, type, preset, `${meaning.replaceAll('|', '\\|')} |`].join(' | '),
    ),
  ].join('\n');
}

/** `NAME` stands for a name that the operator chooses, `[]` for each entry of a list. */
function rowsOf(prefix: string, schema: JsonSchema): Row[] {
  const required = new Set(schema.required ?? []);
  const entries = Object.entries(schema.properties ?? {});
  const others = schema.additionalProperties;
  const named = entries.length === 0 && typeof others === 'object' && others.type === 'object';
  if (named) entries.push(['NAME', others]);
  return entries.flatMap(([name, value]) => {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const row = {
      key,
      type: typeOf(value),
      default: defaultOf(value, required.has(name)),
      meaning: value.description ?? '',
    };
    return [
      row,
      ...(value.items === undefined ? [] : rowsOf(`${key}[]`, value.items)),
      ...rowsOf(key, value),
    ];
  });
}

function typeOf({ title, type, enum: choices, minimum, maximum, items }: JsonSchema): string {
  if (title !== undefined) return title;
  if (choices !== undefined) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (type === 'integer') return `whole number, ${minimum} to ${maximum}`;
  if (type === 'array') return items?.type === 'string' ? 'list of words' : 'list';
  if (type === 'object') return 'map';
  return type === 'boolean' ? '`true`, `false`' : String(type);
}

function defaultOf({ default: preset, type }: JsonSchema, isRequired: boolean): string {
  if (isRequired) return 'required';
  // A map that may be left out has its defaults in its own keys.
  const isMap = type === 'object' || (typeof preset === 'object' && !Array.isArray(preset));
  return preset === undefined || isMap ? '' : `\`${preset}\``;
}
