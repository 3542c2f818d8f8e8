/** What lingers must not hold up a stop: by then the last answer has arrived, or never will. */
export const stoppingLingerMs = 1_000;
