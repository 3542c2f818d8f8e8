import type { View } from '../core/view.ts';
import type { PageRules, PathRule } from './rendered-pages.ts';

/** Template and status for a reason at a path: what the reason says comes first, then the path, then the application. */
export function ruleFor(
  rules: PageRules,
  reason: string,
  view: View,
  at: string | undefined,
): { readonly template: number; readonly status: number } {
  const forReason = rules.reasons[reason];
  const forPath = rules.routes.length === 0 ? undefined : pathRule(rules.routes, pathBelow(view, at));
  return {
    template: forReason?.template ?? forPath?.template ?? 0,
    status: forReason?.status ?? forPath?.status ?? rules.status,
  };
}

function pathRule(routes: readonly PathRule[], path: string): PathRule | undefined {
  return routes.find((route) => path === route.at || path.startsWith(`${route.at}/`));
}

/** Where programs lie in a directory, SCRIPT_NAME has the name of the program, too. */
function pathBelow(view: View, at: string | undefined): string {
  const below = view.meta('PATH_INFO') ?? '';
  return at === undefined ? below : `${view.meta('SCRIPT_NAME') ?? ''}${below}`.slice(at.length);
}
