import type { DecisionsDocument } from '../decisions-document.ts';
import { byId, element, setText } from './dom.ts';
import { formatTime } from './format.ts';
import { KeyedList, type View } from './keyed-list.ts';

type DecisionStatus = DecisionsDocument['decisions'][number];

interface DecisionsView {
  /** Nobody reads an explanation, which must not be pulled away. */
  readonly wanted: boolean;
  show(decisions: DecisionsDocument): void;
}

/** The last decision for each reason, with its explanation. */
export function decisionsView(): DecisionsView {
  const note = byId('decisions-note');
  const open = new Set<string>();
  const list = new KeyedList<DecisionStatus>(
    byId('decision-list'),
    ({ id, time }) => `${id}\0${time}`,
    (decision) => decisionView(decision, open),
  );
  return {
    get wanted() {
      return open.size === 0;
    },
    show({ kept, decisions }) {
      setText(note, noteOf(kept, decisions.length));
      list.show(decisions);
    },
  };
}

function decisionView(decision: DecisionStatus, open: Set<string>): View<DecisionStatus> {
  const { id, time, application, lane, policy, reason, status, explanation } = decision;
  const what = `${application}: ${lane}, ${policy} says ${reason}`;
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element('span', { class: 'quiet' }, formatTime(time, Date.now())),
      ` ${what} `,
      element('span', { class: 'quiet' }, status === 0 ? 'nothing answered' : `status ${status}`),
    ),
    element('pre', {}, explanation),
  );
  details.addEventListener('toggle', () => {
    if (details.getAttribute('open') === null) open.delete(id);
    else open.add(id);
  });
  return { root: element('li', {}, details), show() {} };
}

function noteOf(kept: boolean, count: number): string {
  if (!kept) return 'No decisions are kept: explain: {} in the configuration has the gateway keep them.';
  if (count === 0) return 'Nothing has been decided yet, or all of it too long ago to be kept.';
  return 'The last decision for each reason; this list stands still while an explanation is open.';
}
