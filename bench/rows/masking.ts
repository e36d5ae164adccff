import type { Bench } from '../bench.ts';
import { median, megabytes } from '../figures.ts';
import { inTurns } from '../in-turns.ts';
import type { Line, Row } from '../row.ts';

const LEAST = 200_000_000;
const SECRETS = [
  'sk_live_4eC39HqLyjWDarjtT1zdp7dc',
  'postgres://errand:p%C3%A4ss/w0rd@db.example.com:5432/errand',
  "it's a <secret> of\nseveral lines & more\n",
];

const LOGS = {
  text: {
    what: 'a log of ordinary text',
    text: 'GET /v1/runs?status=running 200 in 12 ms, 4 of 17 done, "next": null\n',
  },
  base64: {
    what: 'a log of base64',
    text: 'b3JkaW5hcnkgdGV4dCBvZiBhIGxvZywgc29tZXdoYXQgbG9uZ2VyIHRoYW4gb25lIGxpbmU',
  },
  begun: {
    what: 'a log of beginnings of secrets',
    text: 'sk_live_4eC39HqLyjWDarjtT1zdp7dsk_live_4eC39postgres://errand:p%C3%A4ss/w0',
  },
} as const;

/** Three secrets, in all their encodings, looked for in what a command writes. */
export const masking: Row = { name: 'masking', measure };

async function measure(bench: Bench): Promise<readonly Line[]> {
  const [client, other] = await Promise.all([bench.client(), bench.other()]);
  const bytes = bench.size(200_000_000, 50_000_000);
  const mask = (log: keyof typeof LOGS, secrets: readonly string[]) => () =>
    (secrets.length === 0 ? other : client).run('maskBytes', { bytes, text: LOGS[log].text, secrets });
  const lines: Line[] = [];
  for (const log of ['text', 'base64', 'begun'] as const) {
    const rounds = await inTurns(bench.rounds, { masked: mask(log, SECRETS), copied: mask(log, []) });
    const rate = median(rounds.masked.map(({ bytesPerSecond }) => bytesPerSecond));
    const innocent = rounds.masked.every(({ hides }) => !hides);
    lines.push({
      what: `masking, ${LOGS[log].what}, ${megabytes(bytes)}`,
      yardstick: `copied ${megabytes(median(rounds.copied.map(({ bytesPerSecond }) => bytesPerSecond)))}`,
      measured: `${megabytes(rate)} per CPU second${innocent ? '' : ', HIDES INNOCENT TEXT'}`,
      budget: `at least ${megabytes(LEAST)}`,
      met: innocent && rate >= LEAST,
    });
  }
  return lines;
}
