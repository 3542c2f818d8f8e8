/** When a visitor may come back who was refused by a part of the gateway itself, where nobody knows better. */
export const DEFAULT_RETRY_AFTER_MS = 5_000;
