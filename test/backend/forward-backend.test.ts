import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForwardBackend } from '../../src/backend/forward-backend.ts';
import type { Address } from '../../src/config/configuration.ts';
import { SystemClock } from '../../src/system/system-clock.ts';
import { type BackendUnderTest, backendContract } from './backend-contract.ts';
import { startScgiDaemon } from './fixtures/scgi-daemon.ts';

const usual = {
  connectTimeoutMs: 1000,
  timeoutMs: 5000,
  maxHeadBytes: 65536,
  clock: new SystemClock(),
  onFault: () => {},
};

async function unixDaemon(): Promise<BackendUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'spillway-forward-'));
  const address: Address = { kind: 'unix', path: join(folder, 'socket') };
  const server = await startScgiDaemon({ path: address.path });
  return {
    backend: new ForwardBackend({ ...usual, address }),
    hasty: new ForwardBackend({ ...usual, address, timeoutMs: 300 }),
    async stop() {
      server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

backendContract('forward', unixDaemon, 'silent');
