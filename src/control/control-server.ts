import type { BusResponder } from '../bus/bus-responder.ts';
import type { SocketRights } from '../config/configuration.ts';
import { claimUnixSocket } from '../listener/unix-socket-name.ts';
import { stopServer } from '../system/stop-server.ts';
import type { ControlTarget, DaemonAction } from './control-target.ts';
import { readChange, readUndo } from './read-change.ts';

export interface ControlServer {
  readonly address: string;
  /** Takes the name away, and ends what is under way. */
  close(): Promise<void>;
}

export interface ControlOptions {
  /** Absolute path of the socket. Who may connect may do everything here: its mode and owner are the protection. */
  readonly path: string;
  readonly rights: SocketRights;
  /** Answers what is under /bus/. */
  readonly bus: BusResponder;
  readonly onFault: (fault: unknown) => void;
}

const actions: readonly string[] = ['start', 'stop', 'restart'];

/**
 * The gateway's control socket: HTTP with JSON over a Unix socket, so that `curl --unix-socket` will do. GET looks, POST acts:
 * /status, /explain?id=ID, /set (GET: what is set), /set?application=NAME&parameter=POLICY.PARAMETER&value=TEXT&for=10m,
 * /unset?application=NAME&parameter=POLICY.PARAMETER (without a parameter: all of the application), /reload, /drain, /resume, /daemon/start, /daemon/stop, /daemon/restart; `?application=NAME` says whom; and the bus under /bus/.
 * Throws a Fault where the socket cannot be made.
 */
export function startControlServer(
  target: ControlTarget,
  { path, rights, bus, onFault }: ControlOptions,
): ControlServer {
  const name = claimUnixSocket(path, rights);
  const server = Bun.serve({
    unix: name.bindPath,
    development: false,
    fetch: async (request, server) => {
      // A daemon may take its time to start or to end.
      server.timeout(request, 0);
      try {
        if (new URL(request.url).pathname.startsWith('/bus/')) return await bus.respond(request, true);
        return await respond(target, request);
      } catch (fault) {
        onFault(fault);
        return answer(500, { error: 'a defect of Spillway: see its log' });
      }
    },
  });
  try {
    name.listened();
  } catch (fault) {
    void server.stop(true);
    throw fault;
  }
  return {
    address: `unix:${path}`,
    async close() {
      name.release();
      await stopServer(server);
    },
  };
}

async function respond(target: ControlTarget, request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const application = searchParams.get('application') ?? undefined;
  if (pathname === '/status' && request.method === 'GET') return answer(200, target.status());
  if (pathname === '/explain' && request.method === 'GET')
    return outcome(target.explain(searchParams.get('id') ?? ''), 404);
  if (pathname === '/set' && request.method === 'GET') return answer(200, target.parameters());
  if (request.method !== 'POST')
    return answer(405, { error: 'expected GET /status, /explain or /set, or POST to act' });
  switch (pathname) {
    case '/reload': {
      const result = await target.reload();
      return 'faults' in result ? answer(409, { faults: result.faults.map(String) }) : answer(200, result);
    }
    case '/drain':
      return outcome(target.drain(application));
    case '/resume':
      return outcome(target.resume(application));
    case '/set': {
      const change = readChange(application, searchParams);
      return 'kind' in change ? outcome(change) : outcome(await target.setParameter(change));
    }
    case '/unset': {
      const undo = readUndo(application, searchParams);
      return outcome('kind' in undo ? undo : target.undoParameters(undo));
    }
  }
  const [, action] = /^\/daemon\/(\w+)$/.exec(pathname) ?? [];
  if (action === undefined || !actions.includes(action)) {
    return answer(404, {
      error: `expected /status, /explain, /set, /unset, /reload, /drain, /resume or /daemon/${actions.join('|')}`,
    });
  }
  if (application === undefined) return answer(400, { error: 'expected ?application=NAME' });
  return outcome(await target.daemon(action as DaemonAction, application));
}

function outcome(result: object, refused = 409): Response {
  if (!('kind' in result)) return answer(200, result);
  return answer(refused, { error: 'message' in result ? result.message : 'refused' });
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status, headers: { 'Cache-Control': 'no-store' } });
}
