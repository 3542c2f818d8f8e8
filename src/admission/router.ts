/** What routes are made from. */
export interface Routable {
  /** Path prefix without a trailing slash; empty for the root. */
  readonly at: string;
}

export interface Route<Target extends Routable> {
  readonly target: Target;
  /** SCRIPT_NAME: the part of the path that led here. */
  readonly scriptName: string;
  /** PATH_INFO: the rest of it; empty or beginning with a slash. */
  readonly pathInfo: string;
}

/** Finds the application for a decoded, normalised path: the longest prefix of whole segments wins. */
export class Router<Target extends Routable> {
  readonly #targets: readonly Target[];

  constructor(targets: Iterable<Target>) {
    this.#targets = [...targets].sort((a, b) => b.at.length - a.at.length);
  }

  route(path: string): Route<Target> | undefined {
    for (const target of this.#targets) {
      const { at } = target;
      if (path.startsWith(at) && (path.length === at.length || path[at.length] === '/')) {
        return { target, scriptName: at, pathInfo: path.slice(at.length) };
      }
    }
    return undefined;
  }
}
