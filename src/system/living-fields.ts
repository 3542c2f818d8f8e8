/**
 * The first `count` fields behind the name in `stat`, the text of /proc/PID/stat: they begin with field 3 of proc_pid_stat(5), the state. Nothing
 * where the process has ended and only waits to be reaped.
 */
export function livingFields(stat: string, count: number): readonly string[] | undefined {
  // The name is in parentheses and may itself hold anything, so what follows is counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ', count);
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields;
}
