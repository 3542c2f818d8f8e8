/** Processors by `cpu.max` of cgroup v2: `max 100000` or `150000 100000`. Nothing where there is no bound. */
export function parseCpuMax(text: string): number | undefined {
  const found = /^(\d+) (\d+)\s*$/.exec(text);
  return found === null ? undefined : share(Number(found[1]), Number(found[2]));
}

/** The same of cgroup v1, whose quota is -1 where there is no bound. */
export function parseCfsQuota(quota: string, period: string): number | undefined {
  return share(Number.parseInt(quota, 10), Number.parseInt(period, 10));
}

interface CgroupPaths {
  readonly v2: string | undefined;
  /** With the directory name of its hierarchy, which is the list of controllers. */
  readonly v1Cpu: { readonly controllers: string; readonly path: string } | undefined;
}

/** From the text of /proc/self/cgroup: lines of `id:controllers:path` (cgroups(7)). */
export function parseCgroupPaths(text: string): CgroupPaths {
  let v2: string | undefined;
  let v1Cpu: CgroupPaths['v1Cpu'];
  for (const line of text.split('\n')) {
    const found = /^(\d+):([^:]*):(\/.*)$/.exec(line);
    if (found === null) continue;
    const [, id, controllers = '', path = '/'] = found;
    if (id === '0' && controllers === '') v2 = path;
    else if (controllers.split(',').includes('cpu')) v1Cpu = { controllers, path };
  }
  return { v2, v1Cpu };
}

/**
 * Processors that the quotas of this process's cgroup and of all above it allow: the least of them, since each bounds
 * what is below. Nothing where there is no bound. Reads some files: for now and then.
 *
 * A container without a cgroup namespace sees the host's path and, mounted at the top, its own group: what of the path
 * is not there is passed over, and the top is asked too.
 *
 * `textOf`: the text of a file, or nothing where it cannot be read.
 */
export function cgroupQuota(
  procRoot: string,
  sysRoot: string,
  textOf: (path: string) => string | undefined,
): number | undefined {
  const paths = parseCgroupPaths(textOf(`${procRoot}/self/cgroup`) ?? '');
  const bounds: (number | undefined)[] = [];
  if (paths.v2 !== undefined) {
    for (const top of [`${sysRoot}/fs/cgroup`, `${sysRoot}/fs/cgroup/unified`]) {
      for (const path of upwards(paths.v2)) bounds.push(parseCpuMax(textOf(`${top}${path}/cpu.max`) ?? ''));
    }
  }
  if (paths.v1Cpu !== undefined) {
    const top = `${sysRoot}/fs/cgroup/${paths.v1Cpu.controllers}`;
    for (const path of upwards(paths.v1Cpu.path)) {
      const quota = textOf(`${top}${path}/cpu.cfs_quota_us`) ?? '';
      bounds.push(parseCfsQuota(quota, textOf(`${top}${path}/cpu.cfs_period_us`) ?? ''));
    }
  }
  const known = bounds.filter((bound) => bound !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

function share(quota: number, period: number): number | undefined {
  return quota > 0 && period > 0 ? quota / period : undefined;
}

/** `/a/b`, `/a` and the empty path of the top. */
function upwards(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..' && name !== '.');
  return names.map((_, at) => `/${names.slice(0, names.length - at).join('/')}`).concat('');
}
