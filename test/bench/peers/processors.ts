/** The server alone on one processor, load and backend on another: what is measured is the server. */
export const serverProcessor = '0';
export const loadProcessor = '1';
