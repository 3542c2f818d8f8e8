import type { View } from '../core/view.ts';
import { splitTarget } from '../protocol/cgi/split-target.ts';
import { overriddenView } from './overridden-view.ts';

/**
 * The request that a local redirect stands for (RFC 3875, section 6.2.2): the new path by GET (by HEAD where the visitor asked
 * so) and without a body. Nothing where the path cannot be used.
 */
export function redirectedView(view: View, target: string): View | undefined {
  const split = splitTarget(target);
  if ('kind' in split) return undefined;
  return overriddenView(view, [
    ['REQUEST_METHOD', view.meta('REQUEST_METHOD') === 'HEAD' ? 'HEAD' : 'GET'],
    ['REQUEST_URI', target],
    ['PATH_INFO', split.path],
    ['QUERY_STRING', split.query],
    ['CONTENT_LENGTH', undefined],
    ['CONTENT_TYPE', undefined],
  ]);
}
