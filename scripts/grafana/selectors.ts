/** Series of the gateways and applications that are chosen at the top of the dashboard. */
export function ofApplications(metric: string, matchers = ''): string {
  return `${metric}{job=~"$job",instance=~"$instance",application=~"$application"${matchers && `,${matchers}`}}`;
}

/** Series of the gateways that are chosen, of whichever application. */
export function ofGateways(metric: string, matchers = ''): string {
  return `${metric}{job=~"$job",instance=~"$instance"${matchers && `,${matchers}`}}`;
}

/**
 * What one-shot frontends decided, a second: under the name that the gateway's own decisions have, from jobs that scrape no gateway. They leave nothing
 * to scrape, so that it is the instance of who tells of them that is known, which is nobody's choice at the top of the dashboard. A gateway
 * that has just gone is still one.
 */
export function ofFrontends(matchers = ''): string {
  const series = `spillway_decisions_total{application=~".+"${matchers && `,${matchers}`}}`;
  return `(${rate(series)} unless on (job, instance) last_over_time(spillway_build_info[10m]))`;
}

/** How many a second; the time that it looks back over fits how far apart the points are. */
export function rate(series: string): string {
  return `rate(${series}[$__rate_interval])`;
}

/** What came in and was decided upon: the offered load. What was refused for what it was, such as 404, is not in it. */
export const offered = rate(ofApplications('spillway_requests_total', 'lane!="none"'));
/** What was answered in time. */
export const good = rate(ofApplications('spillway_good_answers_total'));
export const shed = rate(ofApplications('spillway_decisions_total', 'lane="shed"'));
/** What a policy (or one of several, with bars between) is set to, one line for each gateway and application. */
export function parameter(policy: string, name: string): string {
  return ofApplications('spillway_policy_parameter', `policy=~"${policy}",parameter="${name}"`);
}
