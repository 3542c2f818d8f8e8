/**
 * Asks an SCGI daemon on a Unix socket and returns all that it answers, as text. `beforeBody` is awaited between the head and
 * the body.
 */
export async function scgiExchange(
  path: string,
  variables: Readonly<Record<string, string>>,
  body = '',
  beforeBody?: () => Promise<void>,
): Promise<string> {
  const all = { CONTENT_LENGTH: String(Buffer.byteLength(body)), SCGI: '1', ...variables };
  const head = Object.entries(all)
    .map(([name, value]) => `${name}\0${value}\0`)
    .join('');
  const answer = Promise.withResolvers<string>();
  let text = '';
  let unsent = Buffer.from(`${head.length}:${head},`);
  const socket = await Bun.connect({
    unix: path,
    socket: {
      data: (_socket, chunk) => {
        text += chunk.toString();
      },
      drain: send,
      close: () => answer.resolve(text),
      error: (_socket, error) => answer.reject(error),
    },
  });
  function send(): void {
    unsent = unsent.subarray(Math.max(socket.write(unsent), 0));
  }
  send();
  await beforeBody?.();
  unsent = Buffer.concat([unsent, Buffer.from(body)]);
  send();
  return answer.promise;
}
