import {
  FindScriptQuery,
  Script,
  ScriptDefinition,
  ScriptList,
  ScriptParams,
  ScriptSource,
} from '../schemas/script-definition.ts';
import type { Route } from './route.ts';

export const SCRIPT_ROUTES = {
  setScript: {
    summary:
      'Register a script, or replace it. What was submitted before keeps the version it was submitted with',
    access: 'touch',
    params: ScriptParams,
    body: ScriptDefinition,
    status: 200,
    answer: Script,
    errors: ['invalid', 'forbidden', 'conflict', 'too_large'],
  },
  listScripts: {
    summary: 'List the scripts that the key may call: registered ones, and those that agents online offer',
    access: 'any',
    status: 200,
    answer: ScriptList,
    errors: [],
  },
  getScript: {
    summary: 'The script that a call of this name would call',
    access: 'any',
    params: ScriptParams,
    query: FindScriptQuery,
    status: 200,
    answer: ScriptSource,
    errors: ['invalid', 'not_found'],
  },
  removeScript: {
    summary: 'Forget a script. Runs of it go on',
    access: 'touch',
    params: ScriptParams,
    query: FindScriptQuery,
    status: 204,
    answer: null,
    errors: ['invalid', 'forbidden', 'not_found', 'conflict'],
  },
} as const satisfies Record<string, Route>;
