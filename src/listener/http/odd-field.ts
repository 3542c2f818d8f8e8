import { type Refusal, refusal } from '../../core/refusal.ts';
import type { RequestHead } from '../../protocol/http1/request-head.ts';

const oddName = refusal(
  400,
  'http/odd-field',
  'expected field names of letters, digits and hyphens: others would become the variable of another field',
);

/** The refusal for a head with a field such as `X_Foo`, which would be the same variable as `X-Foo`; nothing where there is none. */
export function oddField(head: RequestHead): Refusal | undefined {
  for (let field = 0; field < head.fieldCount; field++)
    if (!/^[A-Za-z0-9-]+$/.test(head.fieldName(field))) return oddName;
  return undefined;
}
