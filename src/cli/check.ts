import { loadConfiguration } from '../config/load-configuration.ts';
import { formatFaults } from './format-faults.ts';
import { summarizeConfiguration } from './summarize-configuration.ts';

/** `spillway check FILE` */
export async function check(file: string): Promise<void> {
  const configuration = await loadConfiguration(file);
  if ('kind' in configuration) {
    process.stderr.write(formatFaults(configuration));
    process.exitCode = 1;
    return;
  }
  process.stdout.write(summarizeConfiguration(configuration));
}
