import { expect, test } from 'vitest';
import { ExternalDaemon } from '../../src/daemon/external-daemon.ts';

test('a daemon that somebody else runs counts as up whatever happens, and has no state of ours', async () => {
  const daemon = new ExternalDaemon();
  expect(daemon.state).toBe('none');
  expect(await daemon.ensure()).toEqual({ up: true });
  daemon.enter();
  daemon.suspect();
  daemon.notNeeded();
  daemon.leave();
  await daemon.stop();
  expect(daemon.state).toBe('none');
  expect(await daemon.ensure()).toEqual({ up: true });
});
