import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { RenderedOverloadPage } from '../overload/rendered-overload-page.ts';
import type { RenderedPages } from '../overload/rendered-pages.ts';
import { cgiResponse } from './cgi-response.ts';
import { drainBody } from './drain-body.ts';
import { requestId } from './request-id.ts';
import { readFile } from './system/read-file.ts';
import { writeWhole } from './write-whole.ts';

/** Answers with the overload page. `pages`: the file of the prepared ones; `reason`: that of the decision. */
export function shedRequest(
  pages: string,
  view: View,
  retryAfterMs: number,
  random: Random,
  reason: string,
): void {
  const rendered = JSON.parse(readFile(pages, 'utf8')) as RenderedPages;
  const page = new RenderedOverloadPage(rendered, random);
  const answer = page.shed(view, requestId(view), retryAfterMs, { reason });
  writeWhole(1, cgiResponse(answer, view.meta('REQUEST_METHOD') === 'HEAD'));
  drainBody(Number(view.meta('CONTENT_LENGTH') ?? 0));
}
