import type { HostFiles, HostProgram, Scripts } from '../ports.ts';

/** Of an agent that executes commands only. */
export const noScripts: Scripts = {
  offered: [],
  only: false,
  modules: () => [],
  resolve: ({ argv, script }) =>
    script === null || script.source === 'command'
      ? { kind: 'command', argv, env: {} }
      : { kind: 'refused', why: 'this agent executes commands only' },
  open: async () => {},
  onChange: () => {},
  close: () => {},
};

/** Beside `noScripts`: no module is ever hosted. */
export const noHosting: { readonly program: HostProgram; readonly files: HostFiles } = {
  program: { keeper: '', command: [] },
  files: {
    folder: '/',
    create: () => {
      throw new Error('AGENT-3: a module host where none can be');
    },
    slots: () => ({ executedAt: undefined, end: undefined }),
    list: () => [],
    remove: () => {},
  },
};
