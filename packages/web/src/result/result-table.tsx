import type { ReactNode } from 'react';
import { atPath, plainText } from './at-path.ts';

export interface ResultTableProps {
  readonly rows: readonly unknown[];
  /** None: the names that the first rows have. */
  readonly columns: readonly { readonly path: string; readonly title?: string | undefined }[];
}

const FIRST_ROWS = 20;
const MOST_ROWS = 1_000;

/** A list of objects as a table; on a narrow screen it scrolls by itself. */
export function ResultTable({ rows, columns }: ResultTableProps): ReactNode {
  const shown = columns.length > 0 ? columns : columnsOf(rows);
  return (
    <div
      className="max-h-[60dvh] overflow-auto rounded-control border border-line"
      tabIndex={0}
      role="region"
      aria-label="Result"
    >
      <table className="w-full text-left text-sm">
        <thead className="sticky top-0 bg-sunken">
          <tr>
            {shown.map(({ path, title }) => (
              <th key={path} scope="col" className="px-3 py-2 font-medium whitespace-nowrap">
                {title ?? (path === '' ? 'value' : path)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.slice(0, MOST_ROWS).map((row, index) => (
            <tr key={index}>
              {shown.map(({ path }) => (
                <td key={path} className="px-3 py-2 align-top whitespace-nowrap tabular-nums">
                  {plainText(atPath(row, path))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST_ROWS && (
        <p className="px-3 py-2 text-sm text-muted">and {rows.length - MOST_ROWS} more rows</p>
      )}
    </div>
  );
}

function columnsOf(rows: readonly unknown[]): readonly { readonly path: string; readonly title?: string }[] {
  const names = rows
    .slice(0, FIRST_ROWS)
    .flatMap((row) =>
      typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.keys(row) : [],
    );
  // A name with a dot in it would be taken for a path of two steps.
  const plain = [...new Set(names)].filter((name) => !name.includes('.'));
  return plain.length > 0 ? plain.map((path) => ({ path })) : [{ path: '' }];
}
