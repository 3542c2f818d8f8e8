import { describe, expect, test } from 'vitest';
import { auditTemplate } from '../../src/overload/audit-template.ts';
import { builtInTemplate, PARTIAL_NAMES, partialSource } from '../../src/overload/built-in-template.ts';

const found = (template: string) =>
  auditTemplate(template, 'p.html').map(
    ({ code, place }) => `${code.replace('overload-page/', '')} ${place?.line}:${place?.column}`,
  );
const html = '<html lang="{{language}}">\n';

describe('what is unwise in a page', () => {
  test.each([
    ['an image of the server', `${html}<img src="/logo.png">`, ['external-request 2:11']],
    [
      'a style sheet of somebody',
      `${html}<link rel=stylesheet href=https://a.example/b.css>`,
      ['external-request 2:27'],
    ],
    [
      'a font in a style sheet',
      `${html}<style>p {\n src: url('f.woff') }</style>`,
      ['external-request 3:12'],
    ],
    ['a script of somebody', `${html}<script src='//a.example/b.js'></script>`, ['external-request 2:14']],
    ['no language', '<!doctype html>\n<html>', ['missing-language 2:1']],
    ['one language for all', '<html lang="de">', ['missing-language 1:1']],
    ['a variable in a script', `${html}<script>x = "{{request_id}}"</script>`, ['unsafe-place 2:14']],
    ['a variable in an attribute without quotes', `${html}<p title={{application}}>`, ['unsafe-place 2:10']],
    ['faint text', `${html}<style>\nbody { background: #fff }\np { color: #aaa }</style>`, ['contrast 4:1']],
    [
      'text that is faint in the dark',
      `${html}<style>:root { --ink: #111; --sheet: #fff }\n@media (prefers-color-scheme: dark) { :root { --sheet: #222 } }\np { color: var(--ink); background: var(--sheet) }</style>`,
      ['contrast 4:1'],
    ],
  ])('is found with its place: %s', (_, template, faults) => {
    expect(found(template)).toEqual(faults);
  });

  test.each([
    ['links that visitors follow', `${html}<a href="https://example.org/">x</a>`],
    ['an image in the page', `${html}<img src="data:image/png;base64,AAAA" alt="{{application}}">`],
    ['a colour that says nothing of its ground', `${html}<style>p { color: #777 }</style>`],
  ])('is not %s', (_, template) => {
    expect(found(template)).toEqual([]);
  });

  test('is nothing of the built-in page', () => {
    const partials = PARTIAL_NAMES.map(partialSource);
    expect([builtInTemplate('overload.html'), ...partials].flatMap(found)).toEqual([]);
  });
});
