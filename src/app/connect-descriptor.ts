import type { SocketHandler } from 'bun';

/** Bun takes a connected descriptor as a socket of its own, half-open too; its types do not say so. */
const connect = Bun.connect as unknown as <Data>(options: {
  readonly fd: number;
  readonly allowHalfOpen: boolean;
  readonly socket: SocketHandler<Data>;
}) => Promise<unknown>;

/** Makes a Bun socket of a connected one. It owns the descriptor from then on. Rejects where that cannot be. */
export async function connectDescriptor<Data>(fd: number, socket: SocketHandler<Data>): Promise<void> {
  await connect({ fd, allowHalfOpen: true, socket });
}
