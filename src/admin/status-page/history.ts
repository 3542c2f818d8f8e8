/** So long is what the charts show, seconds. */
const SHOWN_SECONDS = 300;
/** A longer pause between two samples is a gap, seconds: nobody knows what was in it. */
const GAP_SECONDS = 6;

/** Several series over one time, the oldest forgotten. Columns are as uPlot takes them: times first; `null` is a gap. */
export class History {
  readonly columns: [number[], ...(number | null)[][]];

  constructor(series: number) {
    this.columns = [[], ...Array.from({ length: series }, (): (number | null)[] => [])];
  }

  /** `atSeconds`: since 1970, rising. */
  add(atSeconds: number, values: readonly (number | null)[]): void {
    const [times] = this.columns;
    const last = times.at(-1);
    if (last !== undefined && atSeconds - last > GAP_SECONDS) this.#push(last + 1, []);
    this.#push(atSeconds, values);
    const oldest = atSeconds - SHOWN_SECONDS;
    while ((times[0] ?? oldest) < oldest) for (const column of this.columns) column.shift();
  }

  #push(atSeconds: number, values: readonly (number | null)[]): void {
    const [times, ...series] = this.columns;
    times.push(atSeconds);
    for (const [index, column] of series.entries()) column.push(values[index] ?? null);
  }
}
