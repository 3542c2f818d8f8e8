#!/bin/sh
# The guest book for web servers that want a CGI program. Finds the Bun that `npm ci` installed, whatever PATH they give to it.
here=${0%/*}
exec "$here/../../node_modules/.bin/bun" "$here/../../src/app/main.ts" "$here/guestbook.ts"
