/**
 * What a key may do. admin: everything. member: create and touch runs of its own owner. viewer: see them. service: act for every
 * owner of its team. agent: the agent protocol only.
 */
export const ROLES = ['admin', 'member', 'viewer', 'service', 'agent'] as const;
export type Role = (typeof ROLES)[number];
