import { requires } from '../../../scripts/requires.ts';
import { commandFixtures } from './command-fixtures.ts';
import { aBuild, build, nobody, root, setpriv } from './parts.ts';

requires(aBuild)('commands', () => commandFixtures('as the user of the tests', () => build));
requires(aBuild, root, setpriv)('commands', () => commandFixtures('as nobody', () => nobody));
