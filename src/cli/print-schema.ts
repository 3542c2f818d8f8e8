import { formatJsonSchema } from '../config/format-json-schema.ts';

/** `spillway schema` */
export function printSchema(): void {
  process.stdout.write(formatJsonSchema());
}
