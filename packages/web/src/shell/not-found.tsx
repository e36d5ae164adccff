import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { buttonLook } from '../components/button.tsx';
import { Notice } from '../components/notice.tsx';

export function NotFound(): ReactNode {
  return (
    <Notice icon="search" title="There is no such page">
      <Link to="/" className={buttonLook('primary')}>
        Run a command
      </Link>
    </Notice>
  );
}
