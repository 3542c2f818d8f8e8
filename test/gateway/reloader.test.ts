import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Configuration } from '../../src/config/configuration.ts';
import { Fault } from '../../src/core/fault.ts';
import type { ReloadResult } from '../../src/gateway/reload-result.ts';
import { Reloader } from '../../src/gateway/reloader.ts';
import type { Logger } from '../../src/log/logger.ts';

let folder: string;
let file: string;
let told: string[];
let counted: boolean[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-reloader-'));
  file = join(folder, 'spillway.yaml');
  told = [];
  counted = [];
  const application = '{ at: /, scgi: { address: 127.0.0.1:4000 } }';
  writeFileSync(file, `listen: [ { http: 127.0.0.1:0 } ]\napplications: { wiki: ${application} }\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

function reloader(put: (next: Configuration) => ReloadResult): Reloader {
  const at = (level: string) => (event: string) => void told.push(`${level} ${event}`);
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return new Reloader({
    put,
    file: () => file,
    logger,
    metrics: { reloaded: (successful) => counted.push(successful) },
  });
}

const changes = { added: [], changed: ['wiki'], removed: [], needsRestart: [] };

describe('a reload', () => {
  test('puts what is in the file into force, and is told, counted and kept', async () => {
    const put: string[] = [];
    const one = reloader((next) => {
      put.push(next.file);
      return { changes };
    });
    expect(await one.reloadFile()).toEqual({ changes });
    expect(put).toEqual([file]);
    expect(told).toEqual(['info reloaded']);
    expect(counted).toEqual([true]);
    expect(one.last).toMatchObject({ successful: true, faults: [] });
  });

  test('of a file with faults puts nothing into force, and tells each of them', async () => {
    writeFileSync(file, 'listen: 1\n');
    const one = reloader(() => expect.unreachable());
    const result = await one.reloadFile();
    const faults = 'faults' in result ? result.faults : [];
    expect(faults.length).toBeGreaterThan(1);
    expect(told).toEqual(faults.map(() => 'error reload-failed'));
    expect(counted).toEqual([false]);
    expect(one.last).toMatchObject({ successful: false, faults: faults.map(String) });
  });

  test('that cannot be put into force tells why', async () => {
    const one = reloader(() => ({ faults: [new Fault('listen/address-in-use', 'taken')] }));
    await one.reloadFile();
    expect(one.last?.faults).toEqual([expect.stringContaining('taken')]);
  });

  test('asked for while one is under way comes after it', async () => {
    const order: string[] = [];
    const one = reloader(() => {
      order.push('put');
      return { changes };
    });
    await Promise.all([
      one.reloadFile().then(() => order.push('told')),
      one.reloadFile().then(() => order.push('told')),
    ]);
    expect(order).toEqual(['put', 'told', 'put', 'told']);
  });

  test('that meets a defect does not keep the next one from going through', async () => {
    let defects = 1;
    const one = reloader(() => {
      if (defects-- > 0) throw new TypeError('a defect');
      return { changes };
    });
    await expect(one.reloadFile()).rejects.toThrow('a defect');
    expect(await one.reloadFile()).toEqual({ changes });
  });
});
