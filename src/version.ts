import packageJson from '../package.json' with { type: 'json' };

/** Spillway's own version. */
export const version: string = packageJson.version;
