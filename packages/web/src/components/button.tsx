import type { ComponentProps, ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export type Tone = 'primary' | 'plain' | 'danger' | 'quiet';

/** Everything that is pressed is at least 44 pixels high. */
const BASE =
  'inline-flex min-h-11 min-w-11 items-center justify-center gap-2 rounded-control px-3.5 text-[15px] font-medium transition-colors select-none disabled:opacity-55';

const TONES: Readonly<Record<Tone, string>> = {
  primary: 'bg-accent text-on-accent hover:enabled:opacity-90',
  plain: 'border border-line bg-surface text-ink hover:enabled:bg-sunken',
  danger: 'border border-bad/40 bg-surface text-bad hover:enabled:bg-bad-soft',
  quiet: 'text-muted hover:enabled:bg-sunken hover:enabled:text-ink',
};

export interface ButtonProps extends Omit<ComponentProps<'button'>, 'className'> {
  readonly tone?: Tone;
  readonly icon?: IconName;
  /** Only the picture where there is little room. */
  readonly compact?: boolean;
}

export function Button({ tone = 'plain', icon, compact = false, children, ...rest }: ButtonProps): ReactNode {
  return (
    <button type="button" className={`${BASE} ${TONES[tone]}`} {...rest}>
      {icon !== undefined && <Icon name={icon} size={18} />}
      {compact ? <span className="max-wide:sr-only">{children}</span> : children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'className' | 'children'> {
  readonly icon: IconName;
  /** What it does, for those who do not see the picture, and for those who do not understand it. */
  readonly label: string;
  /** Stands in a terminal, which is always dark. */
  readonly dark?: boolean;
}

/** A button that is a picture. With `aria-pressed` it is a switch. */
export function IconButton({ icon, label, dark = false, ...rest }: IconButtonProps): ReactNode {
  const tone = dark
    ? 'text-term-muted hover:enabled:bg-term-line hover:enabled:text-term-ink aria-pressed:bg-term-line aria-pressed:text-term-ink'
    : 'text-muted hover:enabled:bg-sunken hover:enabled:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent';
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-11 shrink-0 items-center justify-center rounded-control transition-colors disabled:opacity-45 ${tone}`}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** How a link looks that is pressed like a button. */
export function buttonLook(tone: Tone = 'plain'): string {
  return `${BASE} ${TONES[tone].replaceAll('enabled:', '')}`;
}
