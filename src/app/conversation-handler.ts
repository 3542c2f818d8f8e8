import type { Socket, SocketHandler } from 'bun';
import type { ScgiConversation } from './scgi-conversation.ts';

/** What Bun calls for the sockets of conversations. `data` is the conversation. */
export function conversationHandler(
  begin: (socket: Socket<ScgiConversation>) => ScgiConversation,
): SocketHandler<ScgiConversation> {
  return {
    open(socket) {
      socket.data = begin(socket);
    },
    data: (socket, chunk) => socket.data.received(chunk),
    drain: (socket) => socket.data.drained(),
    end: (socket) => socket.data.inputEnded(),
    close: (socket) => socket.data.ended(),
    error(socket) {
      socket.terminate();
      socket.data.ended();
    },
  };
}
