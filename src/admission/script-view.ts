import type { View } from '../core/view.ts';
import { RoutedView } from './routed-view.ts';
import type { Routable, Route } from './router.ts';
import type { ScriptDirectory } from './script-directory.ts';

/** A request that names no program which may be run. */
export interface ScriptRefusal {
  readonly status: 403 | 404;
  readonly code: 'script_forbidden' | 'no_script';
}

/** The view of a request for a directory of programs: SCRIPT_NAME grows by the path of the program, and PATH_INFO is what is left. */
export function scriptView(
  base: View,
  route: Route<Routable>,
  scripts: ScriptDirectory,
  documentRoot: string,
): View | ScriptRefusal {
  const script = scripts.find(route.pathInfo);
  if (script === 'not-found') return { status: 404, code: 'no_script' };
  if (script === 'forbidden') return { status: 403, code: 'script_forbidden' };
  const { name, pathInfo, program } = script;
  const found = { target: route.target, scriptName: route.scriptName + name, pathInfo };
  return new RoutedView(base, found, { documentRoot, program });
}
