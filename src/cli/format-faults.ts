import type { ConfigurationFaults } from '../config/load-configuration.ts';
import { Fault } from '../core/fault.ts';
import { displayPath } from './display-path.ts';

/** A long line (all of a file in one) would bury its message. */
const LONGEST_LINE = 160;

/** A line for each fault, and under it the line of the file with a caret at the column; last how many there are. */
export function formatFaults({ faults, file, text }: ConfigurationFaults): string {
  const lines = text.split(/\r?\n/);
  const shown = faults.map(
    (fault) => `${shortened(fault).toString()}\n${fault.place?.file === file ? excerpt(fault, lines) : ''}`,
  );
  return `${shown.join('')}${faults.length} fault${faults.length === 1 ? '' : 's'}\n`;
}

/** Places are written as they are shortest from where the operator stands. */
function shortened(fault: Fault): Fault {
  const { place } = fault;
  if (place === undefined) return fault;
  return new Fault(fault.code, fault.message, { ...place, file: displayPath(place.file) });
}

function excerpt({ place }: Fault, lines: readonly string[]): string {
  const { line, column } = place ?? {};
  const source = line === undefined ? undefined : lines[line - 1];
  if (source === undefined || column === undefined) return '';
  if (source.trim() === '' || source.length > LONGEST_LINE) return '';
  // Tabs stay tabs, so that the caret stands under its column however wide they are shown.
  const indent = source.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `    ${source}\n    ${indent}^\n`;
}
