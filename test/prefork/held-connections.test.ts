import { describe, expect, test } from 'vitest';
import { HeldConnections } from '../../src/prefork/held-connections.ts';
import { openSocketPair } from '../../src/prefork/socket-pair.ts';
import { closeDescriptor } from '../../src/system/pipe.ts';

function heldWorld(chance = 0) {
  const refused: [descriptor: number, answer: string][] = [];
  const world = { closed: 0, refused };
  const held = new HeldConnections({
    refuse: (descriptor, answer) => void refused.push([descriptor, answer]),
    closed: () => {
      world.closed += 1;
    },
    random: () => chance,
  });
  return Object.assign(world, { held });
}

describe('a held connection', () => {
  test('has a number of its own as long as it is held', () => {
    const { held } = heldWorld();
    const [first, second] = [held.hold(901), held.hold(902)];
    expect([held.descriptor(first), held.descriptor(second), held.size]).toEqual([901, 902, 2]);
    held.refuse(first, 'stopping');
    expect([held.descriptor(first), held.size]).toEqual([undefined, 1]);
    expect(held.hold(901)).not.toBe(first);
  });

  test('is abandoned when its peer is gone, and closed once', () => {
    const world = heldWorld();
    const [ours, theirs] = openSocketPair();
    const connection = world.held.hold(ours);
    expect(world.held.isAbandoned(connection)).toBe(false);
    closeDescriptor(theirs);
    expect(world.held.isAbandoned(connection)).toBe(true);
    world.held.close(connection);
    world.held.close(connection);
    expect([world.closed, world.held.size]).toEqual([1, 0]);
  });

  test('that is unknown is abandoned', () => {
    expect(heldWorld().held.isAbandoned(99)).toBe(true);
  });

  test.each([
    [0, 1],
    [0.999, 5],
  ])('is refused once, and asked to come back by chance %s after %s s', (chance, seconds) => {
    const { held, refused } = heldWorld(chance);
    const connection = held.hold(901);
    held.refuse(connection, 'queue-full');
    held.refuse(connection, 'queue-full');
    expect(refused).toEqual([[901, expect.stringContaining(`\r\nRetry-After: ${seconds}\r\n`)]]);
    expect(refused[0]?.[1]).toMatch(/^Status: 503 /);
  });
});
