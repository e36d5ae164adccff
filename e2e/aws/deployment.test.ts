import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { awsTools, EMULATED_CREDENTIALS } from '../../packages/server/src/aws/testing/moto-server.ts';
import { requires } from '../../scripts/requires.ts';

const TOOLS = resolve(import.meta.dirname, '../../.cache/aws-tools/bin');
const FOLDER = resolve(import.meta.dirname, '../../deploy/aws');
const VALIDATOR = resolve(import.meta.dirname, '../../node_modules/.bin/asl-validator');
const TEMPLATE = join(FOLDER, 'template.yaml');

requires(awsTools)('what is deployed at AWS', () => {
  const tool = (name: string, ...args: readonly string[]) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: process.env['HOME'] ?? '/',
      ...EMULATED_CREDENTIALS,
      SAM_CLI_TELEMETRY: '0',
    };
    const { status, stdout, stderr } = spawnSync(join(TOOLS, name), args, { env, encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };

  it('is a template that cfn-lint has nothing to say about', () => {
    expect(tool('cfn-lint', '--regions', 'eu-north-1', '--', TEMPLATE)).toEqual({ status: 0, said: '' });
  });

  it('is a template that sam takes', () => {
    const { status, said } = tool(
      'sam',
      'validate',
      '--lint',
      '--region',
      'eu-north-1',
      '--template',
      TEMPLATE,
    );
    expect([status, said]).toEqual([0, expect.stringContaining('is a valid SAM Template')]);
  });

  it('is built by sam with all that the function needs, and nothing else', () => {
    const folder = mkdtempSync(join(tmpdir(), 'errand-sam-'));
    try {
      const into = ['--build-dir', join(folder, 'build'), '--cache-dir', join(folder, 'cache')];
      const { status, said } = tool(
        'sam',
        'build',
        '--region',
        'eu-north-1',
        '--template',
        TEMPLATE,
        ...into,
      );
      expect([status, said]).toEqual([0, expect.stringContaining('Build Succeeded')]);
      expect(readdirSync(join(folder, 'build/Worker')).toSorted()).toEqual([
        'errand-keeper-linux-arm64',
        'errand-keeper-linux-x64',
        'errand-module-host.mjs',
        'index.mjs',
      ]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('has a state machine that a validator of the States Language takes', () => {
    const definition = readFileSync(join(FOLDER, 'run-job.asl.json'), 'utf8')
      .replaceAll(`\${ControlPlaneUrl}`, 'https://errand.example.com')
      .replaceAll(`\${ConnectionArn}`, 'arn:aws:events:eu-north-1:123456789012:connection/errand/1');
    expect(definition).not.toContain('${');
    const folder = mkdtempSync(join(tmpdir(), 'errand-asl-'));
    try {
      const file = join(folder, 'run-job.asl.json');
      writeFileSync(file, definition);
      const said = spawnSync(VALIDATOR, ['--json-path', file], { encoding: 'utf8' });
      expect([said.status, said.stdout + said.stderr]).toEqual([0, expect.stringContaining('valid')]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
