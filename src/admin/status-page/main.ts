import type { DecisionsDocument } from '../decisions-document.ts';
import type { StatusDocument } from '../status-document.ts';
import { Announcer } from './announcer.ts';
import { type ApplicationEntry, applicationView } from './application-view.ts';
import { changesView } from './changes-view.ts';
import { decisionsView } from './decisions-view.ts';
import { browser, byId, setClass, setText } from './dom.ts';
import { formatSeconds, formatTime } from './format.ts';
import { KeyedList } from './keyed-list.ts';
import { machineView } from './machine-view.ts';
import { overviewView } from './overview-view.ts';
import { Poller } from './poller.ts';
import { Rates } from './rates.ts';

/** More applications than this begin closed: there is the table of all. */
const MOST_OPEN = 4;
const ANSWER_TIMEOUT_MS = 5000;

const announcer = new Announcer();
const rates = new Rates();
const showOverview = overviewView();
const showMachine = machineView();
const showChanges = changesView();
const shownDecisions = decisionsView();
let applications: KeyedList<ApplicationEntry> | undefined;
let answeredMs: number | undefined;
let lost = false;
let paused = false;

/** What the page is made of; decisions only when they are wanted. */
interface Answers {
  readonly status: StatusDocument;
  readonly decisions: DecisionsDocument | undefined;
}

async function askFor<Document>(path: string): Promise<Document> {
  const response = await fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${path} is answered with ${response.status}`);
  return (await response.json()) as Document;
}

const poller = new Poller<Answers>({
  async ask() {
    const decisions = shownDecisions.wanted ? askFor<DecisionsDocument>('/decisions') : undefined;
    const [status, decided] = await Promise.all([askFor<StatusDocument>('/status'), decisions]);
    return { status, decisions: decided };
  },
  answered({ status, decisions }) {
    answeredMs = Date.now();
    if (lost) announcer.add('The gateway answers again.');
    lost = false;
    show(status, answeredMs);
    // An explanation may have been opened meanwhile.
    if (decisions !== undefined && shownDecisions.wanted) shownDecisions.show(decisions);
    announcer.addChanges(status);
    showConnection();
  },
  failed() {
    if (!lost) announcer.add('The gateway does not answer.');
    lost = true;
    showConnection();
  },
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
});

function show(status: StatusDocument, nowMs: number): void {
  const { version, readiness, uptime_seconds, listeners, load } = status;
  const atSeconds = nowMs / 1000;
  rates.add(status);
  applications ??= new KeyedList<ApplicationEntry>(
    byId('applications'),
    (entry) => entry.status.name,
    applicationView(status.applications.length <= MOST_OPEN),
  );
  setText(byId('version'), version);
  setText(byId('readiness'), readiness.ready ? 'ready' : readiness.reason);
  setClass(byId('readiness'), readiness.ready ? 'badge good' : 'badge bad');
  setText(byId('uptime'), `up for ${formatSeconds(uptime_seconds)}`);
  setText(byId('listeners'), listeners.join(', '));
  showOverview(status.applications, rates);
  applications.show(status.applications.map((application) => ({ status: application, rates, atSeconds })));
  showMachine(load, atSeconds);
  showChanges(status);
}

function showConnection(): void {
  const since =
    answeredMs === undefined ? undefined : formatTime(new Date(answeredMs).toISOString(), Date.now());
  const state = paused ? 'paused' : lost ? 'no answer' : 'live';
  setText(byId('connection'), since === undefined ? state : `${state}, as of ${since}`);
  const trouble = byId('trouble');
  trouble.hidden = !lost;
  const old = since === undefined ? '' : ` What is shown is of ${since}.`;
  setText(trouble, `The gateway does not answer; it is asked again every two seconds.${old}`);
  const shown = lost ? 'no answer' : byId('readiness').textContent;
  const title = `Spillway: ${shown}`;
  if (browser.document.title !== title) browser.document.title = title;
  const sentence = announcer.take(Date.now());
  if (sentence !== undefined) setText(byId('announcements'), sentence);
}

/** Nobody is asked for what nobody looks at. */
function follow(): void {
  if (paused || browser.document.hidden) poller.stop();
  else poller.start();
  showConnection();
}

const button = byId('pause');
button.addEventListener('click', () => {
  paused = !paused;
  setText(button, paused ? 'Go on' : 'Pause');
  follow();
});
browser.document.addEventListener('visibilitychange', follow);
follow();
