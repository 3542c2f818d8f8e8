const toolPath = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';

/** The path of a tool of the system by which a program's process is set up; nothing where the machine lacks it. */
export function findTool(name: 'nice' | 'setpriv'): string | undefined {
  return Bun.which(name, { PATH: toolPath }) ?? undefined;
}
