import Mustache from 'mustache';
import type { PreviewedPages } from '../overload/previewed-pages.ts';

const FORMATS = ['html', 'json', 'text', 'short'];
const INTENTS = ['looking', 'sending'];

/** An HTML page with every overload page in a frame of its own, chosen by its controls. */
export function previewIndex(pages: PreviewedPages): string {
  const combinations = pages.applications.flatMap((application) =>
    pages
      .languages(application)
      .flatMap((language) =>
        pages
          .reasons(application)
          .flatMap((reason) =>
            pages
              .paths(application)
              .flatMap((path) =>
                INTENTS.flatMap((intent) =>
                  FORMATS.map((format) => ({ application, language, reason, path, intent, format })),
                ),
              ),
          ),
      ),
  );
  const values = (name: keyof (typeof combinations)[number]): string[] => [
    ...new Set(combinations.map((one) => one[name])),
  ];
  const names = ['application', 'language', 'reason', 'path', 'intent', 'format'] as const;
  // One thing at a time is compared; what a new visitor of the preview wants to compare are the languages.
  const preset: Readonly<Record<string, string>> = {
    reason: 'drowning',
    path: '/',
    intent: 'looking',
    format: 'html',
    application: pages.applications[0] ?? '',
  };
  return Mustache.render(TEMPLATE, {
    faults: pages.faults,
    controls: names.map((name) => ({
      name,
      values: values(name).map((value) => ({ value, selected: preset[name] === value })),
    })),
    // As data in an attribute: escaped like everything else.
    combinations: JSON.stringify(combinations),
  });
}

const TEMPLATE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>Overload pages</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; font: 0.9375rem/1.5 system-ui, sans-serif; }
header { position: sticky; top: 0; padding: 0.75rem 1rem; background: Canvas; border-bottom: 1px solid GrayText; display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; }
h1 { font-size: 1rem; margin: 0; flex-basis: 100%; }
label { display: grid; font-size: 0.8125rem; }
select { font: inherit; }
pre { margin: 1rem; padding: 1rem; border: 2px solid #b3261e; border-radius: 0.5rem; white-space: pre-wrap; }
main { display: grid; gap: 1rem; padding: 1rem; grid-template-columns: repeat(auto-fill, minmax(var(--width, 24rem), 1fr)); }
figure { margin: 0; }
figcaption { padding: 0.25rem 0; font-variant-numeric: tabular-nums; }
iframe { width: 100%; height: 44rem; border: 1px solid GrayText; border-radius: 0.5rem; }
</style>
</head>
<body>
<header>
<h1>Overload pages: <span id="count"></span></h1>
{{#controls}}
<label>{{name}} <select name="{{name}}"><option value="">all</option>{{#values}}<option{{#selected}} selected{{/selected}}>{{value}}</option>{{/values}}</select></label>
{{/controls}}
<label>width <select id="width"><option value="24rem">a column</option><option value="360px">360 px</option><option value="100%">whole</option></select></label>
</header>
{{#faults}}<pre role="alert">{{faults}}
The last good page stays.</pre>{{/faults}}
<main data-combinations="{{combinations}}"></main>
<script>
const main = document.querySelector('main');
const all = JSON.parse(main.dataset.combinations);
const selects = [...document.querySelectorAll('select[name]')];
const show = () => {
  const chosen = all.filter((one) => selects.every(({ name, value }) => value === '' || one[name] === value)).slice(0, 400);
  document.querySelector('#count').textContent = chosen.length + ' of ' + all.length;
  main.style.setProperty('--width', document.querySelector('#width').value);
  main.replaceChildren(...chosen.map((one) => {
    const figure = document.createElement('figure');
    const caption = document.createElement('figcaption');
    const frame = document.createElement('iframe');
    caption.textContent = Object.values(one).join(' · ');
    frame.title = caption.textContent;
    frame.loading = 'lazy';
    frame.src = '/page?' + new URLSearchParams(one);
    figure.append(caption, frame);
    return figure;
  }));
};
for (const select of document.querySelectorAll('select')) select.onchange = () => {
  sessionStorage.setItem('chosen', JSON.stringify(selects.map(({ value }) => value)));
  show();
};
const before = JSON.parse(sessionStorage.getItem('chosen') ?? '[]');
selects.forEach((select, index) => {
  if ([...select.options].some(({ value }) => value === before[index])) select.value = before[index];
});
new EventSource('/changes').onmessage = () => location.reload();
show();
</script>
</body>
</html>
`;
