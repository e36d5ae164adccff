import type { Job } from '@errand/sdk';
import type { ReactNode } from 'react';
import { Pill, type PillTone } from '../components/pill.tsx';

const TONES: Readonly<Record<Job['status'], PillTone>> = {
  queued: 'calm',
  provisioning: 'live',
  running: 'live',
  checking: 'live',
  tearing_down: 'live',
  waiting: 'calm',
  canceling: 'warn',
  succeeded: 'good',
  failed: 'bad',
  timed_out: 'bad',
  canceled: 'calm',
  lost: 'bad',
};

export function JobBadge({ status }: { readonly status: Job['status'] }): ReactNode {
  return <Pill tone={TONES[status]}>{status.replace('_', ' ')}</Pill>;
}
