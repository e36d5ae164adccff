import type { Dialect } from '../dialect.ts';
import { initial } from './0001-initial.ts';
import { agentLife } from './0002-agent-life.ts';
import { deliveries } from './0003-deliveries.ts';
import { pools } from './0004-pools.ts';
import { sessions } from './0005-sessions.ts';
import { scripts } from './0006-scripts.ts';
import { poolEnvironment } from './0007-pool-environment.ts';
import { audit } from './0008-audit.ts';
import { jobs } from './0009-jobs.ts';
import { poolsOnDemand } from './0010-pools-on-demand.ts';

/** A step from one version of the tables to the next. */
export interface Migration {
  readonly name: string;
  readonly statements: (dialect: Dialect) => readonly string[];
}

/**
 * In order; the version of a database is how many of them it has had. A migration that was released is never edited: a test knows the
 * hash of each.
 */
export const MIGRATIONS: readonly Migration[] = [
  { name: '0001-initial', statements: initial },
  { name: '0002-agent-life', statements: agentLife },
  { name: '0003-deliveries', statements: deliveries },
  { name: '0004-pools', statements: pools },
  { name: '0005-sessions', statements: sessions },
  { name: '0006-scripts', statements: scripts },
  { name: '0007-pool-environment', statements: poolEnvironment },
  { name: '0008-audit', statements: audit },
  { name: '0009-jobs', statements: jobs },
  { name: '0010-pools-on-demand', statements: poolsOnDemand },
];
