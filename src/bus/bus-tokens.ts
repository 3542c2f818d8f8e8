import { createHash, randomBytes } from 'node:crypto';

/**
 * The token of each application, by which its programs say who they are. They last as long as the gateway, so that a daemon which a reload
 * leaves alone keeps a good one.
 */
export class BusTokens {
  readonly #tokens = new Map<string, string>();
  /** By the digest: how long a look takes says nothing about the token. */
  readonly #applications = new Map<string, string>();

  of(application: string): string {
    const known = this.#tokens.get(application);
    if (known !== undefined) return known;
    const token = randomBytes(32).toString('base64url');
    this.#tokens.set(application, token);
    this.#applications.set(digest(token), application);
    return token;
  }

  applicationOf(token: string): string | undefined {
    return this.#applications.get(digest(token));
  }
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
