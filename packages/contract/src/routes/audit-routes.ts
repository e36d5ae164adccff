import { AuditList, ListAuditQuery } from '../schemas/audit.ts';
import type { Route } from './route.ts';

export const AUDIT_ROUTES = {
  listAudit: {
    summary: 'Who did what, when, from where and with what outcome, newest first',
    access: 'admin',
    query: ListAuditQuery,
    status: 200,
    answer: AuditList,
    errors: ['invalid', 'forbidden'],
  },
} as const satisfies Record<string, Route>;
