import { describe, expect, it } from 'vitest';
import { callHelp } from './call-help.ts';
import { callOptions, parseCall } from './parse-call.ts';

const SCHEMA = {
  properties: {
    host: { type: 'string', description: 'whom to ask' },
    count: { type: 'integer', default: 3 },
    maxHops: { type: 'number' },
    quiet: { type: 'boolean' },
    tags: { type: 'array', items: { type: 'string' } },
    sizes: { type: 'array', items: { type: 'integer' } },
    where: { type: 'object' },
    pool: { type: 'string' },
    token: { type: 'string', writeOnly: true },
  },
  required: ['host', 'count'],
};
const argsOf = (...words: string[]) => parseCall(words, SCHEMA).args;

describe('the words behind the name of a script', () => {
  it('become arguments of the types that the parameters have', () => {
    expect(argsOf('--host', '-x', '--count=5', '--max-hops', '1.5', '--quiet')).toEqual({
      host: '-x',
      count: 5,
      maxHops: 1.5,
      quiet: true,
    });
    expect(argsOf('--maxHops', '2', '--no-quiet', '--where', '{"a": [1]}')).toEqual({
      maxHops: 2,
      quiet: false,
      where: { a: [1] },
    });
    expect(argsOf('--quiet=false', '--host=')).toEqual({ quiet: false, host: '' });
  });

  it('gather lists, and keep texts that look like something else', () => {
    expect(argsOf('--tags', '1', '--tags', 'true', '--sizes', '1', '--sizes=2', '--host', '007')).toEqual({
      tags: ['1', 'true'],
      sizes: [1, 2],
      host: '007',
    });
  });

  it('are options of the call first; an argument of such a name is given with --arg', () => {
    const { options, args } = parseCall(
      ['--pool', 'lab', '--arg', 'pool=x', '-d', '--tag', 'a', '--tag=b'],
      SCHEMA,
    );
    expect(options).toEqual({ pool: 'lab', detach: true, tag: ['a', 'b'] });
    expect(args).toEqual({ pool: 'x' });
  });

  it('leave to a script the words that scripts commonly use', () => {
    const schema = { properties: { name: { type: 'string' }, timeout: { type: 'integer' } } };
    const { options, args } = parseCall(['--name', 'Ada', '--timeout', '3', '--tag', 'a'], schema);
    expect([options, args]).toEqual([{ tag: ['a'] }, { name: 'Ada', timeout: 3 }]);
    expect(parseCall(['--name', 'nightly'], SCHEMA).options).toEqual({ name: 'nightly' });
  });

  it.each([
    [['--hots', 'x'], 'there is no --hots; the script takes --host, --count, --max-hops'],
    [['x'], 'given as --name value'],
    [['--count', 'many'], '--count takes a number, not many'],
    [['--count'], '--count takes a value; it is missing'],
    [['--quiet=maybe'], 'true or false'],
    [['--no-host'], 'there is no --no-host'],
    [['--arg', 'x'], 'give name=value'],
    [['--__proto__', 'x'], 'there is no --__proto__'],
  ])('are refused with a sentence where they fit nothing (%j)', (words, sentence) => {
    expect(() => parseCall(words, SCHEMA)).toThrow(sentence);
  });

  it('say where the server is before the script is known', () => {
    expect(callOptions(['--seconds', '5', '--url', 'http://x', '--unknown', '--json'])).toEqual({
      url: 'http://x',
      json: true,
    });
  });
});

it('explains the parameters as options', () => {
  const help = callHelp({ name: 'ping', description: 'Ask a host.', parameters: SCHEMA });
  expect(help).toContain('Usage: errand script call ping --host <text> [options]');
  expect(help).toMatch(/--host <text> +whom to ask \(required\)/);
  expect(help).toMatch(/--count <number> +\(by default 3\)/);
  expect(help).toMatch(/--tags <value> +\(repeatable\)/);
  expect(help).toMatch(/--token <text> +\(secret: never shown again\)/);
});
