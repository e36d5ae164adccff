import { useState } from 'react';
import type { LogLook } from '../log/log-rows.tsx';

const STORE = 'errand.log-look';

export type ChosenLook = Omit<LogLook, 'wanted'>;

/** How output is shown, as it was chosen last in this browser. */
export function useLogLook(): readonly [ChosenLook, (look: ChosenLook) => void] {
  const [look, setLook] = useState<ChosenLook>(read);
  return [
    look,
    (next) => {
      setLook(next);
      localStorage.setItem(STORE, JSON.stringify(next));
    },
  ];
}

function read(): ChosenLook {
  const stored = localStorage.getItem(STORE) ?? '';
  return { wrap: !stored.includes('"wrap":false'), times: stored.includes('"times":true') };
}
