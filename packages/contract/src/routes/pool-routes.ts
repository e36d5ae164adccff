import {
  GetGroupQuery,
  Group,
  GroupCancelBody,
  GroupCreate,
  GroupList,
  GroupParams,
  ListGroupsQuery,
} from '../schemas/group.ts';
import { Pool, PoolList, PoolParams, PoolPatch, PoolPut } from '../schemas/pool.ts';
import type { Route } from './route.ts';

export const POOL_ROUTES = {
  listPools: { summary: 'List pools', access: 'any', status: 200, answer: PoolList, errors: [] },
  getPool: {
    summary: 'One pool',
    access: 'any',
    params: PoolParams,
    status: 200,
    answer: Pool,
    errors: ['not_found'],
  },
  putPool: {
    summary: 'Make a pool, or set all of its settings',
    access: 'admin',
    params: PoolParams,
    body: PoolPut,
    status: 200,
    answer: Pool,
    errors: ['invalid', 'forbidden'],
  },
  changePool: {
    summary: 'Set some settings of a pool, for instance whether it is paused. What runs goes on',
    access: 'admin',
    params: PoolParams,
    body: PoolPatch,
    status: 200,
    answer: Pool,
    errors: ['invalid', 'forbidden', 'not_found'],
  },
  removePool: {
    summary: 'Forget a pool that has neither agents nor runs that have not finished',
    access: 'admin',
    params: PoolParams,
    status: 204,
    answer: null,
    errors: ['forbidden', 'not_found', 'conflict'],
  },
  createGroup: {
    summary:
      'Submit one run for each agent that the pool has now. With an Idempotency-Key header a repeat answers with the group made before',
    access: 'touch',
    body: GroupCreate,
    status: 201,
    answer: Group,
    errors: ['invalid', 'forbidden', 'conflict', 'too_large'],
  },
  listGroups: {
    summary: 'List groups, newest first',
    access: 'any',
    query: ListGroupsQuery,
    status: 200,
    answer: GroupList,
    errors: ['invalid'],
  },
  getGroup: {
    summary: 'One group with its runs; with wait the answer is held until all have ended or the time is up',
    access: 'any',
    params: GroupParams,
    query: GetGroupQuery,
    status: 200,
    answer: Group,
    errors: ['invalid', 'not_found'],
  },
  cancelGroup: {
    summary: 'End every run of a group, also those that just begin. Repeatable',
    access: 'touch',
    params: GroupParams,
    body: GroupCancelBody,
    status: 200,
    answer: Group,
    errors: ['invalid', 'forbidden', 'not_found'],
  },
} as const satisfies Record<string, Route>;
