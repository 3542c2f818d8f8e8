import { closeSync } from 'node:fs';
import { connectDescriptor } from './connect-descriptor.ts';
import { conversationHandler } from './conversation-handler.ts';
import type { Conversations } from './conversations.ts';

/** Serves a connection that somebody else accepted. `answered` is called once, whatever becomes of it. */
export function adoptConnection(
  descriptor: number,
  conversations: Conversations,
  answered: () => void,
): void {
  let hasBegun = false;
  const handler = conversationHandler((socket) => {
    hasBegun = true;
    // Who has an address came over TCP.
    return conversations.begin(socket, !socket.remoteAddress, answered);
  });
  connectDescriptor(descriptor, handler).catch(() => {
    if (hasBegun) return;
    closeSync(descriptor);
    answered();
  });
}
