import { type ReactNode, useRef } from 'react';
import { Button } from '../components/button.tsx';

/** Opens the chooser of the system; the control it has for that is behind the button. */
export function UploadButton({ add }: { readonly add: (files: readonly File[]) => void }): ReactNode {
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <Button tone="primary" icon="upload" onClick={() => chooser.current?.click()}>
        Upload
      </Button>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        aria-label="Files to upload"
        onChange={({ target }) => {
          add([...(target.files ?? [])]);
          // The same file may be chosen again.
          target.value = '';
        }}
      />
    </>
  );
}
