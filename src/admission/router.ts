/** What routes are made from. */
export interface Routable {
  /** Path prefix without a trailing slash; empty for the root. */
  readonly at: string;
  /** Lower-case names, `*.example.org` for every name below; none: any host. */
  readonly hosts?: readonly string[];
}

export interface Route<Target extends Routable> {
  readonly target: Target;
  /** SCRIPT_NAME: the part of the path that led here. */
  readonly scriptName: string;
  /** PATH_INFO: the rest of it; empty or beginning with a slash. */
  readonly pathInfo: string;
}

interface Entry<Target> {
  readonly target: Target;
  /** Undefined: any host. `.example.org`: every name below. */
  readonly host: string | undefined;
}

/**
 * Finds the application for a host and a decoded, normalised path: the most specific host first (the very name, then the longest
 * `*.`, then those without a host), and within it the longest prefix of whole segments.
 */
export class Router<Target extends Routable> {
  readonly #entries: readonly Entry<Target>[];
  readonly #byHost: boolean;

  constructor(targets: Iterable<Target>) {
    const entries = [...targets].flatMap((target): Entry<Target>[] => {
      const { hosts = [] } = target;
      if (hosts.length === 0) return [{ target, host: undefined }];
      return hosts.map((host) => ({ target, host: host.startsWith('*.') ? host.slice(1) : host }));
    });
    this.#entries = entries.sort(
      (a, b) => specificity(b.host) - specificity(a.host) || b.target.at.length - a.target.at.length,
    );
    this.#byHost = entries.some(({ host }) => host !== undefined);
  }

  /** `authority` is the host as the visitor names it, perhaps with a port. */
  route(path: string, authority = ''): Route<Target> | undefined {
    const asked = this.#byHost ? hostName(authority) : '';
    for (const { target, host } of this.#entries) {
      const { at } = target;
      if (host !== undefined && !matches(host, asked)) continue;
      if (path.startsWith(at) && (path.length === at.length || path[at.length] === '/')) {
        return { target, scriptName: at, pathInfo: path.slice(at.length) };
      }
    }
    return undefined;
  }
}

/** No host name has more than 253 characters. */
function specificity(host: string | undefined): number {
  if (host === undefined) return 0;
  return host.startsWith('.') ? host.length : 1000;
}

function matches(host: string, asked: string): boolean {
  return host.startsWith('.') ? asked.length > host.length && asked.endsWith(host) : asked === host;
}

/** Without port and final dot, in lower case. The colons of an IPv6 address are between brackets. */
function hostName(authority: string): string {
  const colon = authority.lastIndexOf(':');
  const name = colon > authority.lastIndexOf(']') ? authority.slice(0, colon) : authority;
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase();
}
