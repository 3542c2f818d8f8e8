import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DecisionRecord, decisionRecordSchema } from '../log/decision-record.ts';

/**
 * The latest record of a request in a decision log: in FILE, else in what was put aside as FILE.1, FILE.2 and so on. A line that is no record is
 * passed over. Rejects with a system error where FILE cannot be read.
 */
export async function findInDecisionLog(file: string, id: string): Promise<DecisionRecord | undefined> {
  const aside = await readdir(dirname(file)).catch(() => []);
  const numbers = aside.flatMap((name) => {
    const digits = name.startsWith(`${basename(file)}.`) ? name.slice(basename(file).length + 1) : '';
    return /^\d{1,4}$/.test(digits) ? [Number(digits)] : [];
  });
  const files = [
    file,
    ...numbers.sort((a, b) => a - b).map((number) => join(dirname(file), `${basename(file)}.${number}`)),
  ];
  for (const path of files) {
    const found = await findIn(path, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function findIn(path: string, id: string): Promise<DecisionRecord | undefined> {
  const wanted = `"id":${JSON.stringify(id)}`;
  let latest: DecisionRecord | undefined;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    if (line.includes(wanted)) latest = parsed(line, id) ?? latest;
  }
  return latest;
}

function parsed(line: string, id: string): DecisionRecord | undefined {
  try {
    const { success, data } = decisionRecordSchema.safeParse(JSON.parse(line));
    return success && data.id === id ? data : undefined;
  } catch {
    return undefined;
  }
}
