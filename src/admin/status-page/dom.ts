/**
 * What the page uses of the browser, declared here and no more of it: the DOM's own types would be global, and hold for the gateway, too.
 */
export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  readonly clientWidth: number;
  readonly children: ArrayLike<PageElement>;
  readonly isConnected: boolean;
  append(...children: readonly (PageElement | string)[]): void;
  insertBefore(child: PageElement, before: PageElement | null): void;
  remove(): void;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  addEventListener(name: string, listener: () => void): void;
}

interface MediaQuery {
  addEventListener(name: 'change', listener: () => void): void;
}

interface Browser {
  readonly document: {
    readonly hidden: boolean;
    readonly documentElement: PageElement;
    title: string;
    createElement(name: string): PageElement;
    getElementById(id: string): PageElement | null;
    addEventListener(name: string, listener: () => void): void;
  };
  readonly devicePixelRatio: number;
  addEventListener(name: string, listener: () => void): void;
  getComputedStyle(element: PageElement): { getPropertyValue(name: string): string };
  matchMedia(query: string): MediaQuery;
}

export const browser = globalThis as unknown as Browser;

/** A new element. Text is text: nothing that is given here is ever read as HTML. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (PageElement | string)[]
): PageElement {
  const made = browser.document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** An element of the page as it is delivered. */
export function byId(id: string): PageElement {
  const found = browser.document.getElementById(id);
  if (found === null) throw new Error(`the page has no element ${id}`);
  return found;
}

/** Leaves alone what says so already: a selection in it stays, and a screen reader its place. */
export function setText(target: PageElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}

export function setClass(target: PageElement, name: string): void {
  if (target.className !== name) target.className = name;
}
