import type { View } from '../core/view.ts';
import type { Routable, Route } from './router.ts';

export interface ScriptPlace {
  readonly documentRoot: string;
  readonly program: string | undefined;
}

/**
 * The view with what only the route can tell: SCRIPT_NAME, PATH_INFO and what follows from them (RFC 3875, section 4.1). Made for every
 * request, so without maps and copies until a backend wants everything.
 */
export class RoutedView implements View {
  readonly #base: View;
  readonly #route: Route<Routable>;
  readonly #place: ScriptPlace;

  constructor(base: View, route: Route<Routable>, place: ScriptPlace) {
    this.#base = base;
    this.#route = route;
    this.#place = place;
  }

  meta(name: string): string | undefined {
    const { scriptName, pathInfo } = this.#route;
    switch (name) {
      case 'SCRIPT_NAME':
        return scriptName;
      case 'PATH_INFO':
        return pathInfo === '' ? undefined : pathInfo;
      case 'PATH_TRANSLATED':
        // Exists only together with PATH_INFO (section 4.1.6).
        return pathInfo === '' ? undefined : this.#place.documentRoot + pathInfo;
      case 'DOCUMENT_ROOT':
        return this.#place.documentRoot;
      case 'SCRIPT_FILENAME':
        return this.#place.program;
      default:
        return this.#base.meta(name);
    }
  }

  entries(): readonly (readonly [string, string])[] {
    const entries: (readonly [string, string])[] = [];
    for (const entry of this.#base.entries()) if (!ownNames.has(entry[0])) entries.push(entry);
    for (const name of ownNames) {
      const value = this.meta(name);
      if (value !== undefined) entries.push([name, value]);
    }
    return entries;
  }
}

const ownNames = new Set(['SCRIPT_NAME', 'PATH_INFO', 'PATH_TRANSLATED', 'DOCUMENT_ROOT', 'SCRIPT_FILENAME']);
