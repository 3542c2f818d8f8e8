import type { View } from '../core/view.ts';
import { forwardedVisitor } from './forwarded-visitor.ts';
import type { TrustedProxies } from './trusted-proxies.ts';

/**
 * A request of a trusted proxy as the visitor sent it to that proxy: X-Forwarded-For and X-Forwarded-Proto become what a
 * program would see without the proxy. The fields themselves stay where they are. X-Forwarded-Host is not looked at: a proxy
 * can pass Host on, and which of two names counts would be one more thing to get wrong.
 */
export class ForwardedView implements View {
  readonly #base: View;
  readonly #proxies: TrustedProxies;
  #own: Map<string, string | undefined> | undefined;

  constructor(base: View, proxies: TrustedProxies) {
    this.#base = base;
    this.#proxies = proxies;
  }

  meta(name: string): string | undefined {
    if (!names.has(name)) return this.#base.meta(name);
    const own = this.#said();
    return own.has(name) ? own.get(name) : this.#base.meta(name);
  }

  *entries(): Generator<readonly [string, string]> {
    const own = this.#said();
    for (const entry of this.#base.entries()) if (!own.has(entry[0])) yield entry;
    for (const [name, value] of own) if (value !== undefined) yield [name, value];
  }

  #said(): ReadonlyMap<string, string | undefined> {
    if (this.#own !== undefined) return this.#own;
    const own = new Map<string, string | undefined>();
    const { address, scheme } = forwardedVisitor(
      { for: this.#base.meta('HTTP_X_FORWARDED_FOR'), proto: this.#base.meta('HTTP_X_FORWARDED_PROTO') },
      this.#proxies,
    );
    if (address !== undefined) {
      own.set('REMOTE_ADDR', address);
      // The port was the proxy's; the visitor's is not known.
      own.set('REMOTE_PORT', undefined);
    }
    if (scheme !== undefined) {
      own.set('REQUEST_SCHEME', scheme);
      own.set('HTTPS', scheme === 'https' ? 'on' : undefined);
      own.set('SERVER_PORT', portOf(this.#base.meta('HTTP_HOST')) ?? (scheme === 'https' ? '443' : '80'));
    }
    this.#own = own;
    return own;
  }
}

const names = new Set(['REMOTE_ADDR', 'REMOTE_PORT', 'REQUEST_SCHEME', 'HTTPS', 'SERVER_PORT']);

function portOf(host: string | undefined): string | undefined {
  return host === undefined ? undefined : /:(\d{1,5})$/.exec(host)?.[1];
}
