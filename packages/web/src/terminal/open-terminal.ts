import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { withAllowedStyles } from './allowed-styles.ts';

/** The colours of output everywhere on the page. */
const THEME = {
  background: '#111316',
  foreground: '#dfe3e8',
  cursor: '#dfe3e8',
  cursorAccent: '#111316',
  selectionBackground: '#3a4d86',
  black: '#8b929c',
  red: '#ff8078',
  green: '#7ed491',
  yellow: '#e5c066',
  blue: '#8fb0ff',
  magenta: '#dc9cf0',
  cyan: '#6ccfd8',
  white: '#d5dae1',
  brightBlack: '#98a1ad',
  brightRed: '#ffa8a2',
  brightGreen: '#a8eab6',
  brightYellow: '#f6d98f',
  brightBlue: '#b7ccff',
  brightMagenta: '#edbffb',
  brightCyan: '#9fe6ec',
  brightWhite: '#ffffff',
};

export interface OpenTerminal {
  readonly terminal: Terminal;
  /** Resolves when it is drawn: whoever writes faster waits. */
  write(bytes: Uint8Array): Promise<void>;
  /** Nobody reads what is typed any more: the keys belong to the page again. */
  rest(): void;
  /** Puts it into the size of its place. */
  fit(): void;
  close(): void;
}

/** A terminal in an element, as large as that is, and with it from then on. */
export function openTerminal(element: HTMLElement): OpenTerminal {
  const terminal = new Terminal({
    fontFamily: getComputedStyle(element).fontFamily,
    fontSize: 14,
    theme: THEME,
    cursorBlink: true,
    scrollback: 5_000,
    // What a program writes must not open windows, nor set the title of the tab: neither is asked for.
    linkHandler: null,
    screenReaderMode: true,
  });
  const fitting = new FitAddon();
  terminal.loadAddon(fitting);
  withAllowedStyles(() => terminal.open(element));
  // F6 leaves it, as it leaves a part of a page elsewhere: every other key belongs to the program, as long as there is one.
  terminal.attachCustomKeyEventHandler(({ key, type }) => {
    if (terminal.options.disableStdin === true) return false;
    if (key !== 'F6') return true;
    if (type === 'keydown') terminal.blur();
    return false;
  });
  const fit = (): void => {
    if (element.isConnected && element.clientHeight > 0) fitting.fit();
  };
  const watch = new ResizeObserver(fit);
  watch.observe(element);
  fit();
  return {
    terminal,
    write: (bytes) => new Promise((resolve) => terminal.write(bytes, resolve)),
    rest: () => {
      terminal.options.disableStdin = true;
    },
    fit,
    close: () => {
      watch.disconnect();
      terminal.dispose();
    },
  };
}
