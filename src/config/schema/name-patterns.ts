/** Metric labels and names of lock files are made of it. */
export const APPLICATION_NAME = '^[a-z0-9][a-z0-9_-]{0,63}$';
export const VARIABLE_NAME = '^[A-Za-z_][A-Za-z0-9_]*$';
