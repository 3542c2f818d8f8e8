/**
 * `npm run fuzz -- [--inputs 1200000] [--seed 1] [--seconds 120] [--gateway-seconds 30]`: generated inputs at every codec, then at
 * a gateway on loopback. The same seed gives the same inputs. Ends with status 1 on any finding.
 */
import { parseArgs } from 'node:util';
import { fuzzCodecs } from './fuzz-codecs.ts';
import { fuzzGateway } from './fuzz-gateway.ts';

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1200000' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: '120' },
    'gateway-seconds': { type: 'string', default: '30' },
  },
});
const seed = Number(values.seed);
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
let findings = fuzzCodecs({ inputs: Number(values.inputs), seed, seconds: Number(values.seconds), say });
const gatewaySeconds = Number(values['gateway-seconds']);
if (gatewaySeconds > 0) findings += await fuzzGateway({ seed, seconds: gatewaySeconds, say });
process.exit(findings === 0 ? 0 : 1);
