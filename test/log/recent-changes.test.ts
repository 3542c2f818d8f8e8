import { expect, test } from 'vitest';
import { RecentChanges } from '../../src/log/recent-changes.ts';

function changesOf(keep: number) {
  const logged: string[] = [];
  const note = (level: string) => (event: string) => logged.push(`${level} ${event}`);
  let nowMs = 0;
  const changes = new RecentChanges(keep, () => ++nowMs);
  const logger = changes.remembering({
    debug: note('debug'),
    info: note('info'),
    warn: note('warn'),
    error: note('error'),
  });
  return { changes, logger, logged };
}

test('remembers changes of state, and logs everything', () => {
  const { changes, logger, logged } = changesOf(10);
  logger.warn('shedding-began', { application: 'wiki' });
  logger.info('program-said', { line: 'hello' });
  expect(changes.all).toEqual([{ atMs: 1, event: 'shedding-began', fields: { application: 'wiki' } }]);
  expect(logged).toEqual(['warn shedding-began', 'info program-said']);
});

test('remembers the last ones only', () => {
  const { changes, logger } = changesOf(2);
  for (const event of ['draining', 'resumed', 'reloaded']) logger.info(event);
  expect(changes.all.map(({ event }) => event)).toEqual(['resumed', 'reloaded']);
});

test('a policy that is at fault for every request is one change', () => {
  const { changes, logger } = changesOf(10);
  logger.info('reloaded');
  for (let count = 0; count < 5; count++) logger.error('policy-fault', { policy: 'mine' });
  logger.error('policy-fault', { policy: 'other' });
  expect(changes.all.map(({ fields }) => fields.policy)).toEqual([undefined, 'mine', 'other']);
});
