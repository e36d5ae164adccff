import { requires } from '../../../scripts/requires.ts';
import { aBuild, build, nobody, root, setpriv } from './parts.ts';
import { treeFixtures } from './tree-fixtures.ts';

requires(aBuild)('process trees', () => treeFixtures('as the user of the tests', () => build));
requires(aBuild, root, setpriv)('process trees', () => treeFixtures('as nobody', () => nobody));
