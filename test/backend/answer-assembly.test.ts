import { describe, expect, test } from 'vitest';
import { AnswerAssembly } from '../../src/backend/answer-assembly.ts';
import type { AnswerReceiver } from '../../src/core/backend.ts';

function assemblyWorld(react: (told: string) => void = () => {}) {
  const told: string[] = [];
  const tell = (text: string) => {
    told.push(text);
    react(text);
  };
  const receiver: AnswerReceiver = {
    head: ({ kind }) => tell(kind),
    data: (bytes) => {
      tell(Buffer.from(bytes).toString());
      return true;
    },
    end: () => tell('end'),
    failed: (failure) => tell(`failed: ${failure}`),
    released: () => tell('released'),
  };
  return { told, assembly: new AnswerAssembly(receiver, 'GET', 1000) };
}

const answer = (body: string) => Buffer.from(`Content-Length: 5\nContent-Type: text/plain\n\n${body}`);

describe('the end of an answer', () => {
  test.each([
    ['whole', (assembly: AnswerAssembly) => assembly.end(), 'end'],
    ['a failure', (assembly: AnswerAssembly) => assembly.fail('broken-off'), 'failed: broken-off'],
    ['silence', (assembly: AnswerAssembly) => assembly.stop(), undefined],
  ] as const)('is the first that is said: %s', (_, first, expected) => {
    const { told, assembly } = assemblyWorld();
    expect(assembly.take(answer('he'))).toBe('more');
    expect(assembly.answering).toBe(true);
    first(assembly);
    expect(assembly.answering).toBe(false);
    assembly.end();
    assembly.fail('timeout');
    expect(told.slice(2)).toEqual(expected === undefined ? [] : [expected]);
  });

  test('is the last that is heard: what comes after it is excess', () => {
    const { told, assembly } = assemblyWorld();
    assembly.take(answer('he'));
    assembly.end();
    expect(assembly.take(Buffer.from('llo'))).toBe('whole');
    expect(told).toEqual(['answer', 'he', 'end']);
  });

  test('may come while the receiver is being told', () => {
    const { told, assembly } = assemblyWorld((text) => {
      if (text === 'hello') assembly.fail('timeout');
    });
    expect(assembly.take(answer('hello'))).toBe('whole');
    assembly.end();
    expect(told).toEqual(['answer', 'hello', 'failed: timeout']);
  });

  test('is not known of a receiver that throws: it may be told once more', () => {
    const { assembly, told } = assemblyWorld((text) => {
      if (text === 'answer') throw new Error('a defect');
    });
    expect(() => assembly.take(answer('hello'))).toThrow('a defect');
    assembly.fail('broken-off');
    expect(told.at(-1)).toBe('failed: broken-off');
  });
});
