import type { DecisionRecord } from '../log/decision-record.ts';

/** A decision without who asked, and what for: its numbers and its id are left. */
export function withoutVisitor(record: DecisionRecord): DecisionRecord {
  const { arrive, dispatch, ...rest } = record;
  return {
    ...rest,
    meta: {},
    ...(arrive && { arrive: { ...arrive, policies: arrive.policies.map(unnamed) } }),
    ...(dispatch && { dispatch: { ...dispatch, policies: dispatch.policies.map(unnamed) } }),
  };
}

type Grounds = NonNullable<DecisionRecord['arrive']>['policies'][number]['grounds'];

function unnamed<V extends { readonly grounds?: Grounds }>(voice: V): V {
  if (voice.grounds === undefined) return voice;
  return { ...voice, grounds: voice.grounds.map(({ visitor: _, ...ground }) => ground) };
}
