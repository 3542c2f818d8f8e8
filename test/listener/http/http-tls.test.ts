import { spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CertificateFiles } from '../../../src/config/configuration.ts';
import type { Exchange } from '../../../src/core/exchange.ts';
import { Fault } from '../../../src/core/fault.ts';
import { HttpListener } from '../../../src/listener/http/http-listener.ts';
import { httpDefaults } from '../../../src/listener/http/http-settings.ts';
import { certificateFile, certificateFiles } from '../../support/certificate-files.ts';
import { descriptorNoise, openDescriptors } from '../../support/open-descriptors.ts';
import { peer } from '../../support/peer.ts';
import { RawHttpClient } from '../../support/raw-http-client.ts';
import { until } from '../../support/until.ts';

let listener: HttpListener | undefined;
let warnings: Fault[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spillway-tls-'));
});

afterEach(async () => {
  await listener?.close(0);
  listener = undefined;
  warnings = [];
  rmSync(folder, { recursive: true });
});

function answer(exchange: Exchange, text: string): void {
  const fields = Buffer.from('Content-Type: text/plain\r\n');
  exchange.answer.head({ status: 200, reason: '', fields, contentLength: text.length, hasDate: true });
  exchange.answer.write(Buffer.from(text, 'latin1'));
  exchange.answer.end();
}

function serve(
  certificates: readonly CertificateFiles[],
  handler: (exchange: Exchange) => void = (exchange) => answer(exchange, 'ok'),
  changed: { headTimeoutMs?: number } = {},
): HttpListener {
  let ids = 0;
  listener = new HttpListener({
    address: { kind: 'tcp', host: '127.0.0.1', port: 0 },
    certificates,
    settings: {
      ...httpDefaults,
      headTimeoutMs: 10_000,
      bodyTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      answerTimeoutMs: 10_000,
      maxHeadBytes: 8192,
      ...changed,
    },
    serverSoftware: 'Spillway/test',
    handler,
    errorPage: {
      error: () => ({
        head: { status: 400, reason: '', fields: Buffer.alloc(0), contentLength: 0, hasDate: true },
        body: Buffer.alloc(0),
      }),
    },
    now: () => performance.now(),
    nextId: () => `id${++ids}`,
    onRefused: () => {},
    onWarning: (warning) => warnings.push(warning),
  });
  return listener;
}

/** The common name of the certificate that a visitor gets who asks for `name`, or for none. */
async function served(port: number, name?: string): Promise<string> {
  const socket: TLSSocket = connect({
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    ...(name === undefined ? {} : { servername: name }),
  });
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  const common = String(socket.getPeerCertificate().subject.CN);
  socket.destroy();
  return common;
}

const site = certificateFiles('site');
const wiki = certificateFiles('wiki');
const openssl = peer('OpenSSL', 'openssl');

/** What `openssl s_client` says, asked with these arguments. */
async function sClient(port: number, ...args: string[]): Promise<string> {
  const child = spawn(openssl.path, ['s_client', '-connect', `127.0.0.1:${port}`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 5000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('latin1').on('data', (text: string) => {
      output += text;
    });
  }
  child.stdin.end();
  await new Promise((resolve) => child.once('close', resolve));
  return output;
}

describe('several certificates', () => {
  test.each([
    ['wiki.test', 'wiki'],
    ['en.wiki.test', 'wiki'],
    ['WIKI.test', 'wiki'],
    ['site.test', 'site'],
    ['unknown.test', 'site'],
    [undefined, 'site'],
  ])('are chosen by the name %s: %s', async (name, expected) => {
    expect(await served(serve([site, wiki]).port, name)).toBe(expected);
  });

  test.skipIf(!openssl.available)('are what openssl s_client is served by name', async () => {
    const { port } = serve([site, wiki]);
    expect(await sClient(port, '-servername', 'wiki.test')).toContain('subject=CN = wiki');
    expect(await sClient(port, '-servername', 'site.test')).toContain('subject=CN = site');
    expect(await sClient(port, '-noservername')).toContain('subject=CN = site');
  });

  test('make the address an https one', () => {
    const { address, port } = serve([site]);
    expect(address).toBe(`https://127.0.0.1:${port}`);
  });
});

describe('the protocol', () => {
  test.skipIf(!openssl.available).each([
    ['-tls1_3', 'TLSv1.3, Cipher is TLS_'],
    ['-tls1_2', 'TLSv1.2, Cipher is ECDHE-'],
    ['-tls1_1', '(NONE), Cipher is (NONE)'],
    ['-tls1', '(NONE), Cipher is (NONE)'],
  ])('of openssl s_client %s comes to %s', async (version, expected) => {
    // Without this, OpenSSL itself would not offer the old ones.
    expect(await sClient(serve([site]).port, version, '-cipher', 'DEFAULT@SECLEVEL=0')).toContain(expected);
  });

  test('of a visitor who speaks plain HTTP ends the connection, and nothing else', async () => {
    const { port } = serve([site]);
    const plain = await RawHttpClient.connect(port);
    plain.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    expect(await plain.untilOver()).not.toContain('HTTP/1.1 200');
    expect(await served(port)).toBe('site');
  });

  test('that a visitor does not finish setting up ends at the time limit of a head', async () => {
    const { port } = serve([site], undefined, { headTimeoutMs: 100 });
    const silent = connectTcp({ host: '127.0.0.1', port });
    await new Promise((resolve) => silent.resume().once('close', resolve));
    const half = connectTcp({ host: '127.0.0.1', port });
    // The beginning of a ClientHello.
    half.resume().write(Buffer.from('16030102000100', 'hex'));
    await new Promise((resolve) => half.once('close', resolve));
    const running = listener;
    await until(() => running?.connections().idle === 0, 'no connection');
  });
});

describe('replacing certificates', () => {
  test('serves the new ones to whoever comes, by name and by default', async () => {
    const { port } = serve([site, wiki]);
    listener?.replaceCertificates([certificateFiles('site-renewed'), certificateFiles('wiki-renewed')]);
    expect(await served(port, 'wiki.test')).toBe('wiki-renewed');
    expect(await served(port)).toBe('site-renewed');
    listener?.replaceCertificates([wiki]);
    expect(await served(port, 'site.test')).toBe('wiki');
  });

  test('reads the files anew where they are the same', async () => {
    const files = { certificate: join(folder, 'site.pem'), key: join(folder, 'site.key') };
    const copy = (from: CertificateFiles): void => {
      copyFileSync(from.certificate, files.certificate);
      copyFileSync(from.key, files.key);
    };
    copy(site);
    const { port } = serve([files]);
    copy(certificateFiles('site-renewed'));
    expect(await served(port)).toBe('site');
    listener?.replaceCertificates([files]);
    expect(await served(port)).toBe('site-renewed');
  });

  test('by ones that cannot be used is a fault that names the file, and changes nothing', async () => {
    const { port } = serve([site, wiki]);
    const mixed = { certificate: certificateFile('site.pem'), key: certificateFile('wiki.key') };
    let fault: unknown;
    try {
      listener?.replaceCertificates([certificateFiles('site-renewed'), mixed]);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(Fault);
    expect(fault).toMatchObject({ code: 'tls/key-mismatch', place: { file: mixed.key } });
    expect(await served(port)).toBe('site');
    expect(await served(port, 'wiki.test')).toBe('wiki');
  });

  test('by one out of its time warns, and serves it', async () => {
    const { port } = serve([site]);
    listener?.replaceCertificates([{ certificate: certificateFile('expired.pem'), key: site.key }]);
    expect(warnings.map((warning) => warning.code)).toEqual(['tls/expired']);
    expect(await served(port)).toBe('expired.test');
  });

  test('leaves a request under way, and its connection, as they are', async () => {
    let exchange: Exchange | undefined;
    const { port } = serve([site], (arrived) => {
      exchange = arrived;
    });
    const client = await RawHttpClient.connect(port, 'tls');
    client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => exchange !== undefined, 'a request');
    listener?.replaceCertificates([wiki]);
    answer(exchange!, 'first');
    await client.until((text) => text.endsWith('first'));
    exchange = undefined;
    client.send('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
    await until(() => exchange !== undefined, 'another request on the same connection');
    answer(exchange!, 'second');
    await client.until((text) => text.endsWith('second'));
  });

  test('twenty times under load loses no request', async () => {
    const { port } = serve([site], (exchange) => setTimeout(() => answer(exchange, 'ok'), 1));
    let answered = 0;
    let over = false;
    const failures: string[] = [];
    const seen = new Set<string>();
    // Each visitor makes a connection, asks three times on it, and comes again.
    const visitor = async (): Promise<void> => {
      while (!over) {
        const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
        let received = '';
        let waiting: (() => void) | undefined;
        socket.on('data', (chunk: Buffer) => {
          received += chunk.toString('latin1');
          if (received.endsWith('ok')) waiting?.();
        });
        socket.on('close', () => waiting?.());
        socket.on('error', (error) => failures.push(error.message));
        await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
        seen.add(String(socket.getPeerCertificate().subject?.CN));
        for (let turn = 0; turn < 3; turn++) {
          received = '';
          const done = new Promise<void>((resolve) => {
            waiting = resolve;
          });
          socket.write('GET / HTTP/1.1\r\nHost: h\r\n\r\n');
          await done;
          if (received.startsWith('HTTP/1.1 200') && received.endsWith('ok')) answered++;
          else failures.push(`received ${JSON.stringify(received)}`);
        }
        socket.destroy();
      }
    };
    const visitors = Array.from({ length: 16 }, visitor);
    for (let turn = 0; turn < 20; turn++) {
      const target = answered + 100;
      await until(() => answered >= target || failures.length > 0, '100 answers');
      listener?.replaceCertificates([turn % 2 === 0 ? wiki : site]);
    }
    over = true;
    await Promise.all(visitors);
    expect(failures).toEqual([]);
    expect(answered).toBeGreaterThan(2000);
    expect([...seen].sort()).toEqual(['site', 'wiki']);
  });

  test('leaves no descriptor behind', async () => {
    serve([site]);
    const before = openDescriptors();
    for (let turn = 0; turn < 4 * descriptorNoise; turn++) listener?.replaceCertificates([wiki]);
    await until(() => openDescriptors() < before + descriptorNoise, 'all descriptors closed');
  });
});
