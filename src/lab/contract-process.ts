/** The process in which a policy of an operator's own is tested: it may come back from what it was tried with, and not from everything else. */
import { apart } from '../apart/apart.ts';
import { importPolicy } from '../policy/import-policy.ts';
import { runContract } from './run-contract.ts';

const { file } = apart.input() as { readonly file: string };
runContract(await importPolicy(file), file, (word) => apart.say(word));
apart.done();
