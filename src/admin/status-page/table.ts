import { element, type PageElement } from './dom.ts';

/** A table with its heads; the caption is for who does not see what is around it. */
export function table(
  caption: string,
  heads: readonly (readonly [title: string, number?: true])[],
  body: PageElement,
): PageElement {
  const cells = heads.map(([title, number]) =>
    element('th', { scope: 'col', ...(number === undefined ? {} : { class: 'number' }) }, title),
  );
  return element(
    'table',
    {},
    element('caption', { class: 'unseen' }, caption),
    element('thead', {}, element('tr', {}, ...cells)),
    body,
  );
}
