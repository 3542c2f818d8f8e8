import type { RequestVariables } from './request-variables.ts';

/** What a module exports by default: the convention of Bun, Deno and the edge platforms. */
export interface FetchApplication {
  /**
   * @param request its URL has the whole path that the visitor asked for; its signal aborts when the visitor leaves
   * @param variables the meta-variables of RFC 3875: SCRIPT_NAME is where the application is mounted
   */
  fetch(request: Request, variables: RequestVariables): Response | Promise<Response>;
}
