import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = dirname(fileURLToPath(import.meta.resolve('../src/admin/status-page/main.ts')));

const GENERATED =
  '<!-- Built by scripts/generate-status-page.ts from src/admin/status-page/: change it there. -->';

/** The status page as one file: its template with the style sheets and the script in it. Throws where it cannot be built. */
export async function buildStatusPage(): Promise<string> {
  const script = await bundle(`${folder}/main.ts`);
  const ofCharts = await bundle(fileURLToPath(import.meta.resolve('uplot/dist/uPlot.min.css')));
  const style = ofCharts + (await bundle(`${folder}/page.css`));
  let page = await readFile(`${folder}/page.html`, 'utf8');
  page = put(page, '<html lang="en">', `${GENERATED}\n<html lang="en">`);
  page = put(page, '<link rel="stylesheet" href="page.css">', `<style>${style}</style>`);
  return put(page, '<script src="main.ts"></script>', `<script>${script}</script>`);
}

function put(page: string, place: string, text: string): string {
  const [before, after, ...more] = page.split(place);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`page.html must have ${place} once`);
  return before + text + after;
}

async function bundle(file: string): Promise<string> {
  const { outputs } = await Bun.build({
    entrypoints: [file],
    target: 'browser',
    format: 'iife',
    minify: true,
  });
  const text = (await outputs[0]?.text())?.trim();
  if (text === undefined) throw new Error(`${file} gave nothing`);
  // Either would end the element that it is to be in.
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`${file} cannot be written into a page`);
  return text;
}
