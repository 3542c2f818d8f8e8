export default {
  name: 'quiet-hours',
  when: 'Nights are quiet.',
  source: 'none',
  parameters: {
    from: { kind: 'integer', default: 22, minimum: 0, maximum: 23, unit: 'hour', meaning: 'First quiet hour.' },
    for: { kind: 'duration', default: 3_600_000, meaning: 'How long it is quiet.' },
    kind: { kind: 'choice', default: 'all', choices: ['all', 'weekdays'], meaning: 'On which days.' },
  },
  signals: [],
  reasons: ['night'],
  create: () => ({}),
};
