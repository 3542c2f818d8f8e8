/** What visitors' programs send as Accept, for a page and for what belongs to it. */
export const ACCEPT = {
  firefox: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  chromium:
    'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7',
  image: 'image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
  styleSheet: 'text/css,*/*;q=0.1',
  curl: '*/*',
  lynx: 'text/html, text/plain, text/sgml, text/css, application/xhtml+xml, */*;q=0.01',
  axios: 'application/json, text/plain, */*',
  problem: 'application/problem+json',
} as const;
