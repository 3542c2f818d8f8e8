import { readFileSync } from 'node:fs';
import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { RenderedOverloadPage } from '../overload/rendered-overload-page.ts';
import type { RenderedPages } from '../overload/rendered-pages.ts';
import { cgiResponse } from './cgi-response.ts';
import { drainBody } from './drain-body.ts';
import { requestId } from './request-id.ts';
import { writeWhole } from './write-whole.ts';

/** Answers with the overload page. `pages`: the file of the prepared ones. */
export async function shedRequest(
  pages: string,
  view: View,
  retryAfterMs: number,
  random: Random,
): Promise<void> {
  const rendered = JSON.parse(readFileSync(pages, 'utf8')) as RenderedPages;
  const answer = new RenderedOverloadPage(rendered, random).shed(view, requestId(view), retryAfterMs);
  writeWhole(1, cgiResponse(answer, view.meta('REQUEST_METHOD') === 'HEAD'));
  await drainBody(Number(view.meta('CONTENT_LENGTH') ?? 0));
}
