import { Database, type Statement } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Entry {
  readonly id: number;
  readonly name: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Longest wait for another process that writes at the same moment. */
const BUSY_TIMEOUT_MS = 5000;

/** The entries, in an SQLite file that many processes may have open at once: CGI programs and the daemon share it. */
export class EntryStore {
  readonly #database: Database;
  readonly #page: Statement<Entry, [number, number]>;
  readonly #one: Statement<Entry, [number]>;
  readonly #insert: Statement<{ id: number }, [string, string, number]>;
  readonly #last: Statement<{ id: number | null; count: number }, []>;

  /** Opens the file, and makes it with its folder where it is not there. */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#database = new Database(file, { create: true, strict: true });
    this.#database.run(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    this.#prepareFile();
    const columns = 'id, name, message, written_at AS writtenAt';
    this.#page = this.#database.query(`SELECT ${columns} FROM entry ORDER BY id DESC LIMIT ? OFFSET ?`);
    this.#one = this.#database.query(`SELECT ${columns} FROM entry WHERE id = ?`);
    this.#insert = this.#database.query(
      'INSERT INTO entry (name, message, written_at) VALUES (?, ?, ?) RETURNING id',
    );
    this.#last = this.#database.query('SELECT max(id) AS id, count(*) AS count FROM entry');
  }

  /** Newest first. */
  page(limit: number, offset: number): Entry[] {
    return this.#page.all(limit, offset);
  }

  entry(id: number): Entry | undefined {
    return this.#one.get(id) ?? undefined;
  }

  /** Returns the new entry's id. */
  add(entry: Omit<Entry, 'id'>): number {
    const added = this.#insert.get(entry.name, entry.message, entry.writtenAt);
    if (added === null) throw new Error('SQLite did not say which id the new entry has');
    return added.id;
  }

  /** How many entries there are, and the id of the newest one: 0 where there is none. Together they change with every change. */
  summary(): { readonly count: number; readonly newest: number } {
    const last = this.#last.get();
    return { count: last?.count ?? 0, newest: last?.id ?? 0 };
  }

  close(): void {
    this.#database.close();
  }

  /** The format is kept in the file's `user_version`, so that a request which finds it ready does nothing here. */
  #prepareFile(): void {
    const version = this.#database.query<{ user_version: number }, []>('PRAGMA user_version').get();
    if (version?.user_version === 1) return;
    // Write-ahead log: readers and the one writer do not wait for each other. It is a property of the file.
    whileBusy(() => this.#database.run('PRAGMA journal_mode = WAL'));
    const create = this.#database.transaction(() => {
      this.#database.run(
        'CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, message TEXT NOT NULL, written_at INTEGER NOT NULL) STRICT',
      );
      this.#database.run('PRAGMA user_version = 1');
    });
    create.immediate();
  }
}

/** Changing the journal mode does not heed the busy timeout: several first visitors may do it at once. */
function whileBusy(action: () => void): void {
  for (let attempt = 0; ; attempt++) {
    try {
      return action();
    } catch (error) {
      const busy = error instanceof Error && 'code' in error && error.code === 'SQLITE_BUSY';
      if (!busy || attempt >= 100) throw error;
      Bun.sleepSync(10);
    }
  }
}
