import { type ReactNode, type UIEvent, useRef } from 'react';
import type { DocumentFault } from './document-faults.ts';

export interface DocumentEditorProps {
  readonly text: string;
  readonly set: (text: string) => void;
  readonly faults: readonly DocumentFault[];
}

/** Text with numbered lines; those in which something is wrong are marked, and told below. */
export function DocumentEditor({ text, set, faults }: DocumentEditorProps): ReactNode {
  const numbers = useRef<HTMLOListElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);
  const count = text.split('\n').length;
  const wrong = new Set(faults.map(({ line }) => line));
  const scroll = ({ currentTarget }: UIEvent<HTMLTextAreaElement>): void => {
    if (numbers.current !== null)
      numbers.current.style.transform = `translateY(-${currentTarget.scrollTop}px)`;
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex h-[50dvh] min-h-72 overflow-hidden rounded-card border border-strong-line bg-surface font-mono leading-6">
        <div
          aria-hidden="true"
          className="overflow-hidden border-r border-line bg-sunken py-3 text-right text-sm"
        >
          <ol ref={numbers} className="leading-6">
            {Array.from({ length: count }, (_, index) => (
              <li
                key={index}
                className={`px-2.5 ${wrong.has(index + 1) ? 'bg-bad-soft font-semibold text-bad' : 'text-muted'}`}
              >
                {index + 1}
              </li>
            ))}
          </ol>
        </div>
        <textarea
          ref={box}
          aria-label="Document"
          aria-invalid={faults.length > 0 ? true : undefined}
          aria-describedby="document-faults"
          className="min-w-0 flex-1 resize-none bg-transparent px-3 py-3 leading-6 whitespace-pre -outline-offset-2"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          wrap="off"
          value={text}
          onChange={(event) => set(event.target.value)}
          onScroll={scroll}
        />
      </div>
      <ul id="document-faults" aria-label="What is wrong" className="flex flex-col">
        {faults.map(({ line, message }) => (
          <li key={`${line} ${message}`}>
            <button
              type="button"
              className="min-h-11 w-full rounded-control px-2 text-left text-bad hover:bg-bad-soft"
              onClick={() => goTo(box.current, line)}
            >
              Line {line}: {message}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Puts the cursor to the begin of a line. */
function goTo(box: HTMLTextAreaElement | null, line: number): void {
  if (box === null) return;
  const before = box.value.split('\n').slice(0, line - 1);
  const at = before.reduce((sum, each) => sum + each.length + 1, 0);
  box.focus();
  box.setSelectionRange(at, at);
}
