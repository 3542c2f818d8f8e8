import { element, type PageElement, setText } from './dom.ts';
import type { View } from './keyed-list.ts';

/** One cell of a table row, as text. */
export interface Column<Entry> {
  readonly text: (entry: Entry) => string;
  /** `spacious`: left out where there is no room for it. */
  readonly kind?: 'header' | 'number' | 'spacious';
  /** Of the sample that shows the colour of its line in a chart. */
  readonly swatch?: (entry: Entry) => string;
}

/** Makes the rows of a table with these columns. */
export function rowMaker<Entry>(columns: readonly Column<Entry>[]): (entry: Entry) => View<Entry> {
  return (first) => {
    const texts: PageElement[] = [];
    const root = element('tr');
    for (const { kind, swatch } of columns) {
      const cell =
        kind === 'header' ? element('th', { scope: 'row' }) : element('td', kind ? { class: kind } : {});
      if (swatch !== undefined)
        cell.append(element('span', { class: `swatch ${swatch(first)}`, 'aria-hidden': 'true' }));
      const text = element('span');
      cell.append(text);
      texts.push(text);
      root.append(cell);
    }
    return {
      root,
      show(entry) {
        for (const [index, { text }] of columns.entries()) {
          const cell = texts[index];
          if (cell !== undefined) setText(cell, text(entry));
        }
      },
    };
  };
}
