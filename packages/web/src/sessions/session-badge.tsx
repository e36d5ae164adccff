import type { Session } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Pill, type PillTone } from '../components/pill.tsx';

const TONES: Readonly<Record<Session['state'], PillTone>> = {
  requested: 'calm',
  creating: 'live',
  starting: 'live',
  ready: 'good',
  stopping: 'warn',
  stopped: 'calm',
  deleting: 'warn',
  deleted: 'calm',
  failed: 'bad',
};

export function SessionBadge({ state }: { readonly state: Session['state'] }): ReactNode {
  return <Pill tone={TONES[state]}>{state}</Pill>;
}
