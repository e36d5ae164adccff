import type { IconName } from '../components/icon.tsx';

export interface Place {
  readonly to: '/' | '/runs' | '/sessions' | '/jobs' | '/scripts' | '/agents' | '/keys' | '/audit';
  readonly word: string;
  readonly icon: IconName;
  /** What is found there. */
  readonly about: string;
  /** There is room for four at a thumb; the others are behind "More". */
  readonly atThumb: boolean;
  readonly forAdmins?: true;
}

const PLACES: readonly Place[] = [
  { to: '/', word: 'Run', icon: 'run', about: 'Type a command', atThumb: true },
  { to: '/runs', word: 'Runs', icon: 'runs', about: 'What runs and what ran', atThumb: true },
  { to: '/sessions', word: 'Sessions', icon: 'sessions', about: 'Compute on demand', atThumb: true },
  { to: '/jobs', word: 'Jobs', icon: 'jobs', about: 'Documents that are run as a whole', atThumb: true },
  { to: '/scripts', word: 'Scripts', icon: 'scripts', about: 'Commands with a form', atThumb: false },
  { to: '/agents', word: 'Agents', icon: 'agents', about: 'Pools, and who serves them', atThumb: false },
  { to: '/keys', word: 'Keys', icon: 'keys', about: 'Who may use this server; sign out', atThumb: false },
  { to: '/audit', word: 'Audit', icon: 'audit', about: 'Who did what', atThumb: false, forAdmins: true },
];

/** The places that a key of that role may go to. */
export function placesOf(role: string | undefined): readonly Place[] {
  return PLACES.filter(({ forAdmins }) => forAdmins !== true || role === 'admin');
}
