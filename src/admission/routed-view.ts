import type { View } from '../core/view.ts';
import { overriddenView } from './overridden-view.ts';
import type { Routable, Route } from './router.ts';

export interface ScriptPlace {
  readonly documentRoot: string;
  readonly program: string | undefined;
}

/** The view with what only the route can tell: SCRIPT_NAME, PATH_INFO and what follows from them (RFC 3875, section 4.1). */
export function routedView(view: View, route: Route<Routable>, place: ScriptPlace): View {
  const { scriptName, pathInfo } = route;
  return overriddenView(view, [
    ['SCRIPT_NAME', scriptName],
    // PATH_TRANSLATED exists only together with PATH_INFO (section 4.1.6).
    ['PATH_INFO', pathInfo === '' ? undefined : pathInfo],
    ['PATH_TRANSLATED', pathInfo === '' ? undefined : place.documentRoot + pathInfo],
    ['DOCUMENT_ROOT', place.documentRoot],
    ['SCRIPT_FILENAME', place.program],
  ]);
}
