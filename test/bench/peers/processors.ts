/** The server alone on one processor, load and backend on another: what is measured is the server. */
export const serverProcessor = '0';
export const loadProcessor = '1';
/** For servers with several processes: they share the second one with load and backend. */
export const bothProcessors = '0,1';
