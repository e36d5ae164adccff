import type { ReactNode } from 'react';
import { Icon } from '../components/icon.tsx';
import { bytesText } from './path.ts';
import type { Upload } from './use-uploads.ts';

/** What is on its way into the folder, and what did not get there. */
export function Uploads({ uploads }: { readonly uploads: readonly Upload[] }): ReactNode {
  return (
    <div role="status">
      {uploads.length > 0 && (
        <ul aria-label="Uploads" className="flex flex-col gap-1 rounded-card bg-sunken px-4 py-2">
          {uploads.map(({ key, name, bytes, problem }) => (
            <li key={key} className="flex min-h-11 flex-wrap items-center gap-x-3 text-sm">
              <span className={problem === null ? 'animate-pulse text-accent' : 'text-bad'}>
                <Icon name={problem === null ? 'upload' : 'warning'} size={18} />
              </span>
              <span className="min-w-0 flex-1 font-mono break-all">{name}</span>
              <span className={problem === null ? 'text-muted' : 'text-bad'}>
                {problem ?? bytesText(bytes)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
