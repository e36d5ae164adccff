import { expect, it } from 'vitest';
import { adapterProblem } from './adapter-imports.ts';

const SERVER = 'packages/server/src';

it('lets one file name stores, and one providers', () => {
  expect(adapterProblem(`${SERVER}/compose.ts`, `${SERVER}/stores/sql/store.ts`)).toBeUndefined();
  expect(adapterProblem(`${SERVER}/compose-providers.ts`, `${SERVER}/providers/ec2/a.ts`)).toBeUndefined();
  expect(adapterProblem(`${SERVER}/compose.ts`, `${SERVER}/providers/ec2/a.ts`)).toContain(
    'compose-providers',
  );
});

it('lets files of one adapter import each other', () => {
  expect(adapterProblem(`${SERVER}/stores/sql/a.ts`, `${SERVER}/stores/sql/b.ts`)).toBeUndefined();
});

it('keeps everybody else from naming a store', () => {
  expect(adapterProblem(`${SERVER}/http/app.ts`, `${SERVER}/stores/sql/store.ts`)).toContain('compose.ts');
});

it('keeps an adapter from knowing the server or its neighbour', () => {
  expect(adapterProblem(`${SERVER}/stores/sql/a.ts`, `${SERVER}/config.ts`)).toContain('core');
  expect(adapterProblem(`${SERVER}/providers/ec2/a.ts`, `${SERVER}/providers/ecs/b.ts`)).toContain('core');
});

it('lets providers share what they do by their agents', () => {
  expect(adapterProblem(`${SERVER}/providers/ec2/a.ts`, `${SERVER}/providers/by-agent/b.ts`)).toBeUndefined();
  expect(adapterProblem(`${SERVER}/stores/sql/a.ts`, `${SERVER}/providers/by-agent/b.ts`)).toContain('core');
  expect(adapterProblem(`${SERVER}/providers/by-agent/a.ts`, `${SERVER}/providers/ec2/b.ts`)).toContain(
    'core',
  );
  expect(adapterProblem(`${SERVER}/providers/by-agent/a.ts`, `${SERVER}/config.ts`)).toContain('core');
});
