import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const rules = join(import.meta.dirname, '../../grafana/rules.yml');
const configuration = join(import.meta.dirname, '../../grafana/prometheus.yml');

interface Answer<Data> {
  readonly status: string;
  readonly error?: string;
  readonly data: Data;
}

/** A real Prometheus with the files of grafana/, every second instead of every 15, that scrapes one gateway and keeps exemplars. */
export class RunningPrometheus {
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #address: string;
  stderr = '';

  private constructor(folder: string, child: ChildProcess, address: string) {
    this.#folder = folder;
    this.#process = child;
    this.#address = address;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-10_000);
    });
  }

  /** `path` is that of the program, `adminAddress` as `http://127.0.0.1:9180`. */
  static async start(path: string, adminAddress: string): Promise<RunningPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), 'spillway-prometheus-'));
    const text = readFileSync(configuration, 'utf8')
      .replaceAll('127.0.0.1:9180', new URL(adminAddress).host)
      .replaceAll('15s', '1s');
    writeFileSync(join(folder, 'prometheus.yml'), text);
    copyFileSync(rules, join(folder, 'rules.yml'));
    const listen = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      path,
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${listen}`,
        '--enable-feature=exemplar-storage',
        '--log.level=warn',
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const running = new RunningPrometheus(folder, child, `http://${listen}`);
    const deadline = Date.now() + 20_000;
    while (!(await running.#isReady())) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await running.stop();
        throw new Error(`Prometheus did not start: ${running.stderr}`);
      }
      await new Promise((done) => setTimeout(done, 50));
    }
    return running;
  }

  async get<Data>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<Data> {
    const response = await fetch(`${this.#address}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as Answer<Data>;
    if (answer.status !== 'success')
      throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  }

  /** How many series an expression has at the moment. */
  async seriesOf(expression: string): Promise<number> {
    const { result } = await this.get<{ result: readonly unknown[] }>('query', { query: expression });
    return result.length;
  }

  async stop(): Promise<void> {
    const exited = new Promise((done) => this.#process.once('exit', done));
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      this.#process.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.#address}/-/ready`)).ok;
    } catch {
      return false;
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(),
      );
    });
  });
}
