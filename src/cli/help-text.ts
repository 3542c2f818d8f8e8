/** What `spillway --help` teaches beside its commands. */
export const AFTER_HELP = `
For each request Spillway chooses one of three lanes:
  exec      quiet: run the application as a CGI program, a process per request
  forward   busy: hand the request to the application's SCGI daemon, started when it is needed
  shed      drowning: a polite overload page, at almost no cost
Policies make the choice from the load of the machine; \`auto\`, the default, needs no number.

A first configuration, spillway.yaml:
  listen: [ { http: 127.0.0.1:8080 } ]
  admin: 127.0.0.1:9180             # GET /metrics /healthz /readyz /status
  applications:
    wiki:
      at: /wiki                     # path prefix; the longest match wins
      cgi: { program: ./wiki.cgi }

Examples:
  spillway check spillway.yaml      every fault with line, column and what to do
  spillway serve spillway.yaml      run; TERM and INT stop it, after the requests under way
  spillway flood                    ten seconds of visitors, from quiet to a flood and back
  spillway policy list              the policies, and when to choose each
  spillway schema > spillway.schema.json
                                    for completion while you write; then put this first in the file:
                                    # yaml-language-server: $schema=./spillway.schema.json

Exit codes: 0 well, 1 a fault that is described, 2 wrong usage.

Read on: README.md is for the first ten minutes and has the metrics; docs/configuration.md has every
key of the file; each file in policies/ begins with what its policy does and when to choose it.
`;
