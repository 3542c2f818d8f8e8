import UPlot from 'uplot';
import { browser, element, type PageElement } from './dom.ts';
import { formatTime } from './format.ts';
import { History } from './history.ts';

export interface ChartSeries {
  readonly label: string;
  /** One of the colours of the style sheet: `exec`. */
  readonly color: string;
  /** So that colour is not all that tells it from the others. */
  readonly dashed?: true;
}

export interface ChartOptions {
  readonly title: string;
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  /** At the top of the scale, at least. */
  readonly top: number;
}

const HEIGHT = 176;
/** So long a time is shown from the beginning. */
const LEAST_SECONDS = 60;
const DASH = [6, 4];

/** The last minutes as lines. For who does not see it, the numbers of now are in a table beside it. */
export class Chart {
  readonly #options: ChartOptions;
  readonly #history: History;
  readonly #place: PageElement;
  #plot: UPlot | undefined;

  constructor(figure: PageElement, options: ChartOptions) {
    this.#options = options;
    this.#history = new History(options.series.length);
    const { title, series } = options;
    const key = series.map(({ label, color, dashed }) =>
      element(
        'span',
        {},
        element('span', { class: `swatch c-${color}${dashed === undefined ? '' : ' dashed'}` }),
        label,
      ),
    );
    const described = `${title}: a chart of the last minutes, five at most. The numbers of now are in the table.`;
    this.#place = element('div', { class: 'plot', role: 'img', 'aria-label': described });
    figure.append(
      element(
        'figcaption',
        {},
        element('h3', {}, title),
        element('div', { class: 'key', 'aria-hidden': 'true' }, ...key),
      ),
      this.#place,
    );
    browser.addEventListener('resize', () => this.#fit());
    browser.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.#plot?.redraw());
  }

  add(atSeconds: number, values: readonly (number | null)[]): void {
    this.#history.add(atSeconds, values);
    const { clientWidth } = this.#place;
    // Nobody sees it, and it has no width: its place is closed.
    if (clientWidth === 0) return;
    this.#plot ??= this.#draw(clientWidth);
    this.#fit();
    this.#plot.setData(this.#history.columns);
  }

  #fit(): void {
    const { clientWidth: width } = this.#place;
    if (this.#plot !== undefined && width > 0 && width !== this.#plot.width)
      this.#plot.setSize({ width, height: HEIGHT });
  }

  #draw(width: number): UPlot {
    const { series, format, top } = this.#options;
    const color = (name: string) => () =>
      browser.getComputedStyle(browser.document.documentElement).getPropertyValue(`--${name}`);
    const axis = {
      stroke: color('quiet'),
      grid: { stroke: color('line'), width: 1 },
      ticks: { show: false },
      font: '12px system-ui, sans-serif',
    };
    const options: UPlot.Options = {
      width,
      height: HEIGHT,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: true, range: (_plot, from, to) => [Math.min(from, to - LEAST_SECONDS), to] },
        y: { range: (_plot, _from, to) => [0, Math.max(top, (to ?? 0) * 1.1)] },
      },
      axes: [
        {
          ...axis,
          space: 80,
          size: 28,
          values: (_plot, times) =>
            times.map((time) => formatTime(new Date(time * 1000).toISOString(), time * 1000)),
        },
        { ...axis, size: 52, space: 36, values: (_plot, ticks) => ticks.map(format) },
      ],
      series: [
        {},
        ...series.map(({ label, color: name, dashed }) => ({
          label,
          stroke: color(name),
          width: 2,
          points: { show: false },
          ...(dashed === undefined ? {} : { dash: DASH }),
        })),
      ],
    };
    return new UPlot(options, this.#history.columns, this.#place as never);
  }
}
