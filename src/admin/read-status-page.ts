import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface StatusPage {
  readonly html: string;
  /** That go with it: it may run its own script, wear its own style, and ask this server; nothing else. */
  readonly headers: Readonly<Record<string, string>>;
}

let page: StatusPage | undefined;

/** The page that is built from `status-page/`, read when somebody asks for the first time. */
export function readStatusPage(): StatusPage {
  page ??= withHeaders(readFileSync(new URL('./built/status-page.html', import.meta.url), 'utf8'));
  return page;
}

function withHeaders(html: string): StatusPage {
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(html, 'script')}'`,
    `style-src '${hashOf(html, 'style')}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return {
    html,
    headers: {
      'Content-Security-Policy': policy.join('; '),
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'no-referrer',
      'X-Frame-Options': 'DENY',
    },
  };
}

/** Of the one element of this name, as Content-Security-Policy wants it. Not taken at the build, so that it cannot differ from the page. */
function hashOf(html: string, name: string): string {
  const start = html.indexOf(`<${name}>`) + name.length + 2;
  const content = html.slice(start, html.indexOf(`</${name}>`, start));
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}
