import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DenseSet, NO_PLACE, type Placed } from '../../src/core/dense-set.ts';

interface Named extends Placed {
  readonly name: number;
}

function members(count: number): Named[] {
  return Array.from({ length: count }, (_, name) => ({ name, place: NO_PLACE }));
}

function contents(set: DenseSet<Named>): number[] {
  const names: number[] = [];
  set.forEach(({ name }) => void names.push(name));
  return names.sort((a, b) => a - b);
}

describe('a dense set', () => {
  test('has what a Set would have, whatever comes and goes', () => {
    const steps = fc.array(fc.tuple(fc.boolean(), fc.nat(9)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (taken) => {
        const all = members(10);
        const dense = new DenseSet<Named>();
        const model = new Set<number>();
        for (const [add, name] of taken) {
          const member = all[name]!;
          if (add) {
            dense.add(member);
            model.add(name);
          } else expect(dense.delete(member)).toBe(model.delete(name));
          expect(dense.size).toBe(model.size);
        }
        expect(contents(dense)).toEqual([...model].sort((a, b) => a - b));
      }),
    );
  });

  test('shows each that stays once while those that are visited go, and others with them', () => {
    const choices = fc.array(fc.tuple(fc.boolean(), fc.nat(19)), { minLength: 20, maxLength: 20 });
    fc.assert(
      fc.property(choices, (taken) => {
        const all = members(20);
        const dense = new DenseSet<Named>();
        for (const member of all) dense.add(member);
        const seen: number[] = [];
        dense.forEach((member) => {
          seen.push(member.name);
          const [goes, other] = taken[member.name]!;
          if (goes) dense.delete(member);
          dense.delete(all[other]!);
        });
        expect(new Set(seen).size).toBe(seen.length);
        for (const name of contents(dense)) expect(seen).toContain(name);
      }),
    );
  });

  test('does not take a member of another set for its own', () => {
    const [one] = members(1);
    const other = new DenseSet<Named>();
    other.add(one!);
    expect(new DenseSet<Named>().delete(one!)).toBe(false);
    expect(contents(other)).toEqual([0]);
  });
});
