import { afterEach, beforeEach, expect, test } from 'vitest';
import { PassageTrace } from '../../src/admission/passage-trace.ts';
import { findInDecisionLog } from '../../src/explain/find-in-decision-log.ts';
import { DecisionLog } from '../../src/log/decision-log.ts';
import { MemoryOutput } from '../log/memory-output.ts';
import { exchangeRecord } from '../support/exchange-record.ts';
import { FileTree } from '../support/file-tree.ts';

let tree: FileTree;
beforeEach(() => {
  tree = new FileTree();
});
afterEach(() => tree.dispose());

function lines(...records: { id: string; status: number }[]): string {
  const output = new MemoryOutput();
  const log = new DecisionLog({ output, variables: [], clock: { now: () => 0 } });
  for (const record of records) log.finished(exchangeRecord({ ...record, trace: new PassageTrace(0) }));
  return output.text;
}

const find = (id: string) => findInDecisionLog(`${tree.root}/decisions.ndjson`, id);

test('finds the latest record of an id', async () => {
  tree.write(
    'decisions.ndjson',
    lines({ id: 'a', status: 200 }, { id: 'b', status: 404 }, { id: 'a', status: 503 }),
  );
  expect(await find('a')).toMatchObject({ id: 'a', status: 503 });
  expect(await find('b')).toMatchObject({ id: 'b', status: 404 });
  expect(await find('c')).toBeUndefined();
});

test('looks in what was put aside, the youngest first', async () => {
  tree.write('decisions.ndjson', lines({ id: 'new', status: 200 }));
  tree.write('decisions.ndjson.1', lines({ id: 'a', status: 201 }));
  tree.write('decisions.ndjson.2', lines({ id: 'a', status: 202 }, { id: 'old', status: 202 }));
  tree.write('decisions.ndjson.10', lines({ id: 'older', status: 210 }));
  tree.write('decisions.ndjson.bak', lines({ id: 'other', status: 200 }));
  expect((await find('a'))?.status).toBe(201);
  expect((await find('old'))?.status).toBe(202);
  expect((await find('older'))?.status).toBe(210);
  expect(await find('other')).toBeUndefined();
});

test('passes over lines that are no records, and ids that are only part of another', async () => {
  tree.write('decisions.ndjson', `${lines({ id: 'ab', status: 200 })}{"id":"a"}\n{"id":"a", half`);
  expect(await find('a')).toBeUndefined();
  expect(await find('ab')).toMatchObject({ status: 200 });
});

test('rejects where there is no such file', async () => {
  await expect(find('a')).rejects.toThrow('ENOENT');
});
