import { lines } from '../panels.ts';
import type { Row } from '../row.ts';
import { ofApplications, ofGateways, rate } from '../selectors.ts';

export const gateway: Row = {
  title: 'The gateway itself',
  panels: [
    lines(
      {
        title: 'Processor time',
        says: 'In processors. The gateway is one thread: at 1 it is what is full. The delay of its event loop is on the right of it.',
        width: 6,
        unit: 'none',
      },
      [rate(ofGateways('process_cpu_seconds_total')), '{{instance}}'],
    ),
    lines(
      {
        title: 'Delay of the event loop',
        says: 'How late the gateway does what is due. Above some 50 ms every visitor feels it.',
        width: 6,
        unit: 's',
      },
      [ofGateways('spillway_load_event_loop_delay_seconds'), '{{instance}}'],
    ),
    lines({ title: 'Memory', says: 'Resident, of the gateway alone.', width: 6, unit: 'bytes' }, [
      ofGateways('process_resident_memory_bytes'),
      '{{instance}}',
    ]),
    lines(
      {
        title: 'Connections and descriptors',
        says: 'Connections of visitors by what they are at, and all open descriptors.',
        width: 6,
        unit: 'none',
      },
      [`sum by (state) (${ofGateways('spillway_http_connections')})`, '{{state}}'],
      [ofGateways('process_open_fds'), 'descriptors {{instance}}'],
    ),
    lines(
      { title: 'Bytes', says: 'Of bodies of requests and of answers.', width: 6, unit: 'Bps' },
      [`sum(${rate(ofApplications('spillway_received_bytes_total'))})`, 'received'],
      [`sum(${rate(ofApplications('spillway_sent_bytes_total'))})`, 'sent'],
    ),
    lines(
      {
        title: 'Refused',
        says: 'Malformed HTTP, requests that no application takes, and events that the bus did not take.',
        width: 6,
        unit: 'reqps',
      },
      [`sum by (code) (${rate(ofGateways('spillway_refused_requests_total'))})`, '{{code}}'],
      [
        `sum by (code) (${rate(ofGateways('spillway_requests_total', 'lane="none"'))})`,
        'refused with {{code}}',
      ],
      [`sum by (reason) (${rate(ofGateways('spillway_bus_refused_total'))})`, 'bus: {{reason}}'],
    ),
    lines(
      {
        title: 'Faults',
        says: 'Policies that threw, and lines that a full disk has cost the logs. Both should be 0 for ever.',
        width: 6,
        unit: 'none',
      },
      [
        `sum by (policy) (increase(${ofApplications('spillway_policy_faults_total')}[$__rate_interval]))`,
        'policy {{policy}}',
      ],
      [
        `sum by (policy) (increase(${ofApplications('spillway_shadow_faults_total')}[$__rate_interval]))`,
        'shadow {{policy}}',
      ],
      [
        `sum by (log) (increase(${ofGateways('spillway_log_lines_lost_total')}[$__rate_interval]))`,
        'lines lost: {{log}}',
      ],
    ),
    lines(
      {
        title: 'The bus',
        says: 'Events that came to it by its sockets, by the application that published them. Empty where nobody does.',
        width: 6,
        unit: 'eps',
      },
      [
        `sum by (application, scope) (${rate(ofGateways('spillway_bus_events_total'))})`,
        '{{application}}, to {{scope}}',
      ],
    ),
  ],
};
