import { type CSSProperties, memo, type ReactNode } from 'react';
import { parseLine } from './ansi-line.ts';
import { type AnsiStyle, cssColor } from './ansi-style.ts';
import { highlight, type Part } from './highlight.ts';

export interface LogRowProps {
  readonly text: string;
  readonly style: AnsiStyle;
  readonly stderr: boolean;
  /** ms since 1970; null: it is not shown. */
  readonly time: number | null;
  readonly wrap: boolean;
  readonly wanted: string;
  /** It is the line that was jumped to. */
  readonly current: boolean;
}

/** One line of output. What it contains is text, whatever it looks like. */
export const LogRow = memo(function LogRow({
  text,
  style,
  stderr,
  time,
  wrap,
  wanted,
  current,
}: LogRowProps): ReactNode {
  const parts = highlight(parseLine(text, style), wanted);
  return (
    <div
      data-stream={stderr ? 'stderr' : 'stdout'}
      className={`flex min-h-5 border-l-2 pr-4 pl-2 leading-5 ${stderr ? 'border-term-error/60' : 'border-transparent'} ${current ? 'bg-term-raised' : ''}`}
    >
      {time !== null && (
        <time className="mr-3 shrink-0 text-term-muted select-none" dateTime={new Date(time).toISOString()}>
          {clock(time)}
        </time>
      )}
      <span
        dir="ltr"
        className={`min-w-0 flex-1 ${wrap ? 'break-all whitespace-pre-wrap' : 'whitespace-pre'} ${stderr ? 'text-term-error' : ''}`}
      >
        {parts.length === 0 ? '\u200b' : parts.map((part, index) => <Piece key={index} part={part} />)}
      </span>
    </div>
  );
});

function Piece({ part }: { readonly part: Part }): ReactNode {
  const { text, hit, href, style } = part;
  const look = cssOf(style);
  const shown = hit ? <mark className="bg-term-hit text-term-ink">{text}</mark> : text;
  if (href !== null)
    return (
      <a href={href} style={look} className="underline" rel="noreferrer noopener" target="_blank">
        {shown}
      </a>
    );
  return look === undefined ? shown : <span style={look}>{shown}</span>;
}

function cssOf(style: AnsiStyle): CSSProperties | undefined {
  const { bold, dim, italic, underline, strike, inverse, hidden } = style;
  const ink = style.fg === null ? null : cssColor(style.fg);
  const paper = style.bg === null ? null : cssColor(style.bg);
  const css: CSSProperties = {};
  const color = inverse ? (paper ?? 'var(--color-term)') : ink;
  const background = inverse ? (ink ?? 'var(--color-term-ink)') : paper;
  if (color !== null) css.color = color;
  if (background !== null) {
    css.backgroundColor = background;
    if (!inverse && (style.fg === null || style.fg === BLACK)) css.color = readableOn(style.bg);
  }
  if (bold) css.fontWeight = 700;
  if (dim) css.opacity = 0.75;
  if (italic) css.fontStyle = 'italic';
  if (underline || strike)
    css.textDecoration = `${underline ? 'underline' : ''} ${strike ? 'line-through' : ''}`;
  if (hidden) css.visibility = 'hidden';
  return Object.keys(css).length === 0 ? undefined : css;
}

const BLACK = 0;

/** Colours of the palette are light, for text on a dark ground; as a ground they want dark text, black included. */
function readableOn(ground: AnsiStyle['bg']): string {
  return typeof ground === 'number' && ground < 16 ? 'var(--color-term)' : 'var(--color-term-ink)';
}

function clock(time: number): string {
  const date = new Date(time);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
