import { describe, expect, test } from 'vitest';
import { PreparedErrorPage } from '../../src/overload/error-page.ts';
import { ERROR_STATUSES } from '../../src/overload/error-statuses.ts';
import { TEXTS } from '../../src/overload/languages.ts';
import { viewOf } from '../support/view-of.ts';
import { ACCEPT } from './accept-fields.ts';
import { fieldsOf, textOf } from './answer-text.ts';

const page = new PreparedErrorPage();
const browser = viewOf({ HTTP_ACCEPT: ACCEPT.firefox });
const statuses = [...ERROR_STATUSES];

describe('an error page', () => {
  test.each(statuses)('for %d says in every language what happened', (status) => {
    const titles = TEXTS.map(({ language }) => {
      const view = viewOf({ HTTP_ACCEPT: ACCEPT.firefox, HTTP_ACCEPT_LANGUAGE: language });
      const answer = page.error(view, 'r1', status);
      expect(answer.head).toMatchObject({ status, contentLength: answer.body.length });
      expect(fieldsOf(answer.head)['content-language']).toBe(language);
      expect(textOf(answer)).toContain(`<code dir="ltr">r1</code> · ${status}`);
      return /<h1>(.+)<\/h1>/.exec(textOf(answer))?.[1];
    });
    expect(new Set(titles).size).toBe(TEXTS.length);
  });

  test('as JSON is a problem document with the phrase of the status as title', () => {
    const answer = page.error(viewOf({ HTTP_ACCEPT: ACCEPT.problem }), 'r1', 404);
    expect(fieldsOf(answer.head)['content-type']).toBe('application/problem+json');
    expect(JSON.parse(textOf(answer))).toMatchObject({ title: 'Not Found', status: 404, request_id: 'r1' });
  });

  test('is plain text where the request could not even be read', () => {
    const answer = page.error(undefined, 'r1', 400);
    expect(fieldsOf(answer.head)['content-type']).toBe('text/plain; charset=utf-8');
    expect(textOf(answer)).toContain('r1');
  });

  test('is kept by no cache and says nothing of when to come back', () => {
    const fields = fieldsOf(page.error(browser, 'r1', 500).head);
    expect(fields['cache-control']).toBe('no-store');
    expect(fields).not.toHaveProperty('retry-after');
  });

  test.each([
    [418, 400],
    [451, 400],
    [507, 500],
    [999, 500],
  ])('for %d, which has none of its own, is that for %d', (status, shown) => {
    expect(page.error(browser, 'r1', status).head.status).toBe(shown);
  });

  test('names the application where there is one, escaped', () => {
    const named = new PreparedErrorPage({ application: '<wiki>' });
    expect(textOf(named.error(browser, 'r1', 404))).toContain('&lt;wiki&gt;');
    expect(textOf(page.error(browser, 'r1', 404))).not.toContain('class="site"');
  });

  test('is the same for the second visitor but for the id', () => {
    const first = textOf(page.error(browser, 'r1', 502));
    expect(textOf(page.error(browser, 'r2', 502))).toBe(first.replace('r1', 'r2'));
  });
});
