import { describeBehind } from './describe-behind.ts';
import { nginx } from './nginx.ts';

describeBehind(nginx, {
  noticesWhoLeaves: true,
  wantsUtf8: false,
  takesChunks: true,
  differences: {
    HTTP_HOST: "Debian's scgi_params leaves the port out",
    DOCUMENT_URI: 'the path as nginx decoded it',
    SERVER_NAME: 'nginx says its server_name, not the name that the visitor used',
    SERVER_ADDR: 'not among the scgi_params',
  },
});
