import { expect, it } from 'vitest';
import { parseConfigFile } from './config.ts';

it('takes a file with nothing in it', () => {
  expect(parseConfigFile('', 'errand.yaml')).toEqual({});
});

it('names every fault with its place and what would be right', () => {
  const text = 'port: 4040\nlisten: {port: many}\nkeep: {runs: 30x}\nlogLevel: loud\ndatabase: mysql://x\n';
  const read = (): unknown => parseConfigFile(text, 'errand.yaml');
  expect(read).toThrow(/^errand\.yaml is not right:\n/);
  expect(read).toThrow('\n  listen.port: must be a number, not a text');
  expect(read).toThrow('\n  keep.runs: must be a duration such as 30d or 12h');
  expect(read).toThrow('\n  database: must be an address such as postgres://');
  expect(read).toThrow('\n  logLevel: must be one of debug, info, ');
  expect(read).toThrow('\n  the file has no field port; it takes listen, ');
});

it.each([
  ['launchType: ec2, spot: true', 'ecs.spot: is for Fargate'],
  ['launchType: ec2, publicIp: true', 'ecs.publicIp: is for Fargate, and for networkMode bridge'],
])('refuses what would have no effect: ecs: {%s}', (fields, sentence) => {
  const read = (): unknown => parseConfigFile(`ecs: {subnets: [subnet-1], ${fields}}`, 'errand.yaml');
  expect(read).toThrow(sentence);
});

it('shows where a file stops to be YAML', () => {
  expect(() => parseConfigFile('listen: [1\n', 'errand.yaml')).toThrow(/^errand\.yaml is not YAML: .*line 2/);
});
