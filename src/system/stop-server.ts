/** How long what is under way may take to go out. */
const GRACE_MS = 500;

interface StoppableServer {
  stop(closeConnections?: boolean): Promise<void>;
}

/** Accepts no more, lets what is under way go out, and cuts what then is left. */
export async function stopServer(server: StoppableServer): Promise<void> {
  const { promise: cut, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => void server.stop(true).then(resolve), GRACE_MS);
  await Promise.race([server.stop(), cut]);
  clearTimeout(timer);
}
