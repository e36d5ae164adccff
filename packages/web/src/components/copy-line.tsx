import { type ReactNode, useState } from 'react';
import { IconButton } from './button.tsx';

/** A line that is meant to be pasted elsewhere. */
export function CopyLine({ text, label }: { readonly text: string; readonly label: string }): ReactNode {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  return (
    <div className="flex items-center gap-1 rounded-control border border-line bg-canvas pl-3">
      <code className="min-w-0 flex-1 py-2 font-mono text-sm break-all select-all">{text}</code>
      <IconButton icon={copied ? 'check' : 'copy'} label={`Copy: ${label}`} onClick={() => void copy()} />
      <span role="status" className="sr-only">
        {copied ? 'Copied' : ''}
      </span>
    </div>
  );
}
