import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';

export interface DialogProps {
  readonly title: string;
  readonly close: () => void;
  readonly children: ReactNode;
}

/** The browser's own dialog: it holds the focus, and Escape closes it. */
export function Dialog({ title, close, children }: DialogProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    dialog.current?.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onClose={close}
      className="w-[min(34rem,calc(100vw-2rem))] rounded-card border border-line bg-surface p-0 shadow-xl"
    >
      <header className="flex items-center justify-between gap-2 pt-2 pr-2 pl-5">
        <h2 id={id} className="min-w-0 text-lg font-semibold">
          {title}
        </h2>
        <IconButton icon="close" label="Close" onClick={close} />
      </header>
      <div className="flex flex-col gap-4 px-5 pt-1 pb-5">{children}</div>
    </dialog>
  );
}
