import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(new URL('../../src/overload/templates/page.css', import.meta.url), 'utf8');

/** The colours of one scheme by name; `start` is where its declarations begin. */
function colours(start: number): Record<string, string> {
  const block = css.slice(start, css.indexOf('}', start));
  return Object.fromEntries([...block.matchAll(/--(\w+): (#\w+)/g)].map(([, name, value]) => [name, value]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

describe.each([
  ['light', css.indexOf(':root')],
  ['dark', css.indexOf(':root', css.indexOf('prefers-color-scheme'))],
])('in the %s scheme', (_, start) => {
  const { ground = '', sheet = '', ink = '', soft = '', water = '' } = colours(start);

  test.each([
    ['text on the sheet', ink, sheet],
    ['text on the ground', ink, ground],
    ['the footer', soft, sheet],
    ['the name of the site', water, sheet],
  ])('%s has the contrast of WCAG level AA', (_what, front, back) => {
    expect(contrast(front, back)).toBeGreaterThanOrEqual(4.5);
  });
});
