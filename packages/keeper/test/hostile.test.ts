import { requires } from '../../../scripts/requires.ts';
import { hostileFixtures } from './hostile-fixtures.ts';
import { aBuild, build } from './parts.ts';

requires(aBuild)('hostile clients', () => hostileFixtures('of the build', () => build));
