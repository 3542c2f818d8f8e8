#!/bin/sh
# Finds the Bun that `npm ci` installed, whatever PATH the server gives to its programs.
here=${0%/*}
exec "$here/../../node_modules/.bin/bun" "$here/run-cgi.ts"
