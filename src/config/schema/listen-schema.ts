import * as z from 'zod';
import { listenAddress } from './address-scalars.ts';
import { accountName, path, socketMode } from './system-scalars.ts';

const CERTIFICATE = 'a map such as { certificate: ./site.pem, key: ./site.key }';

const tls = z
  .strictObject(
    {
      certificates: z
        .array(
          z.strictObject(
            {
              certificate: path('the path of a certificate, such as ./site.pem').describe(
                'The certificate in PEM, with those that lead to its issuer behind it. Its own names say which visitors get it.',
              ),
              key: path('the path of a private key, such as ./site.key').describe(
                'Its private key in PEM, without a passphrase.',
              ),
            },
            { error: CERTIFICATE },
          ),
          { error: `a list of certificates, each ${CERTIFICATE}` },
        )
        .min(1, { error: `at least one certificate, ${CERTIFICATE}` })
        .describe(
          'Chosen by the name that the visitor asks for (SNI); the first one is for those who name none, or another.',
        ),
    },
    { error: `a map such as { certificates: [ { certificate: ./site.pem, key: ./site.key } ] }` },
  )
  .describe('Makes the listener speak HTTPS: TLS 1.2 and 1.3.');

export const listenSchema = z
  .strictObject(
    {
      http: listenAddress()
        .optional()
        .describe(
          'Address of an HTTP/1.1 listener. Port 0 takes any free port; `:8080` is every address of the machine. An IPv6 address needs quotes. `systemd:NAME` is a socket that systemd hands over under that name, `fd:3` any that is open already: its queue survives a restart.',
        ),
      scgi: listenAddress()
        .optional()
        .describe(
          'Address of an SCGI listener, for a web server in front. Who may connect is believed whatever it says of the visitor: a Unix socket with a `mode`, or loopback.',
        ),
      tls: tls.optional(),
      mode: socketMode()
        .optional()
        .describe(
          'Permissions of a Unix socket, such as "0660": who may write may connect. Without it the umask decides.',
        ),
      owner: accountName().optional().describe('User whom a Unix socket is given to.'),
      group: accountName().optional().describe('Group which a Unix socket is given to.'),
    },
    { error: 'a map such as { http: 127.0.0.1:8080 }' },
  )
  .meta({ oneOf: [{ required: ['http'] }, { required: ['scgi'] }] })
  .describe('One way in: `http` or `scgi`.');
