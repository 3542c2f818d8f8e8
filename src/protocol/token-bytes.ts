const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** 1 for each byte that a token such as a field name or a method may have (RFC 9110, section 5.6.2), else 0. */
export const tokenBytes: Uint8Array = new Uint8Array(256);
for (let index = 0; index < TOKEN.length; index++) tokenBytes[TOKEN.charCodeAt(index)] = 1;
