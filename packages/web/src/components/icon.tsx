import type { ReactNode } from 'react';

/** Strokes on a grid of 24. */
const PATHS = {
  run: 'M5 7l5 5-5 5M12.5 17H19',
  runs: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  scripts: 'M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h4',
  agents: 'M4 5h16v6H4zM4 13h16v6H4zM7.5 8h.01M7.5 16h.01',
  sessions: 'M4 5h16v11H4zM9 20h6M12 16v4',
  open: 'M14 4h6v6M20 4l-9 9M18 13v7H4V6h7',
  jobs: 'M9 4h6v3H9zM9 5.500H6V20h12V5.500h-3M9 12h6M9 16h4',
  audit: 'M12 3l8 3v6c0 4.500-3.200 7.700-8 9-4.800-1.300-8-4.500-8-9V6zM9 12l2.200 2.200L15.200 10',
  keys: 'M14.5 9.5a4 4 0 1 1-1.2 2.9L6 19.7H3.5v-2.5l7.4-7.3M16 8h.01',
  up: 'M6 15l6-6 6 6',
  down: 'M6 9l6 6 6-6',
  left: 'M15 6l-6 6 6 6',
  end: 'M12 4v12M6.5 11l5.5 5.5L17.5 11M5 20h14',
  wrap: 'M4 6h16M4 12h13a3 3 0 0 1 0 6h-4M15 15.5L12.5 18l2.500 2.500M4 18h4',
  clock: 'M12 7v5l3 2M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z',
  download: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  upload: 'M12 15V4M7 8.500l5-5 5 5M5 20h14',
  folder: 'M3 6h6l2 2.500h10V19H3z',
  file: 'M7 3h7l5 5v13H7zM14 3v5h5',
  link: 'M10 14a4 4 0 0 1 0-5.500l3-3a3.900 3.900 0 0 1 5.500 5.500l-1.500 1.500M14 10a4 4 0 0 1 0 5.500l-3 3a3.900 3.900 0 0 1-5.500-5.500l1.500-1.500',
  share: 'M9 12h6.500M13 8.500L16.500 12 13 15.500M9.500 5H5v14h4.500M14.500 5H19v3M19 16v3h-4.500',
  stop: 'M7 7h10v10H7z',
  retry: 'M19 12a7 7 0 1 1-2.300-5.200M19 4v4h-4',
  search: 'M11 5a6 6 0 1 1 0 12 6 6 0 0 1 0-12zM15.500 15.500L20 20',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  warning: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  plus: 'M12 5v14M5 12h14',
  edit: 'M5 19h3.500L19 8.500 15.500 5 5 15.500z',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { readonly name: IconName; readonly size?: number }): ReactNode {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      className="shrink-0"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
