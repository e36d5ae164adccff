import { requires } from '../../../scripts/requires.ts';
import { hostFixtures } from './host-fixtures.ts';
import { aBuild, build } from './parts.ts';

requires(aBuild)('warm programs', () => hostFixtures('as the user of the tests', () => build));
