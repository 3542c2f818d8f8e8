import type { Random } from '../core/random.ts';
import type { View } from '../core/view.ts';
import { RenderedOverloadPage } from '../overload/rendered-overload-page.ts';
import { cgiResponse } from './cgi-response.ts';
import { drainBody } from './drain-body.ts';
import type { LiveSlots } from './live-slots.ts';
import { PageFile } from './page-file.ts';
import { requestId } from './request-id.ts';
import { readBytes } from './system/read-file.ts';
import { writeWhole } from './write-whole.ts';

/** What most files of pages fit in: those of one template. */
const ROOM = 131_072;

export interface ShedOptions {
  /** The file of the prepared pages. */
  readonly pages: string;
  readonly view: View;
  readonly retryAfterMs: number;
  readonly random: Random;
  /** Of the decision. */
  readonly reason: string;
  /** Of those who live, some wait. */
  readonly slots: Pick<LiveSlots, 'count'>;
}

/** Answers with the overload page. */
export function shedRequest({ pages, view, retryAfterMs, random, reason, slots }: ShedOptions): void {
  const file = new PageFile(readBytes(pages, Buffer.allocUnsafeSlow(ROOM)));
  const page = new RenderedOverloadPage(file, random, {
    compress: (text, made) => file.compress(text, made),
  });
  const circumstances = {
    reason,
    get waiting() {
      return slots.count().queued;
    },
  };
  const answer = page.shed(view, requestId(view), retryAfterMs, circumstances);
  writeWhole(1, cgiResponse(answer, view.meta('REQUEST_METHOD') === 'HEAD'));
  drainBody(Number(view.meta('CONTENT_LENGTH') ?? 0));
}
