import { setTimeout as sleep } from 'node:timers/promises';
import type { AgentDetails, Answer, Errand } from '@errand/sdk';
import type { Cli } from '../cli.ts';
import { CliError } from '../cli-error.ts';
import type { PlaceFlags } from '../connection/place.ts';
import { EXIT } from '../exit-status.ts';
import { agoText } from '../output/time-text.ts';
import { type Command, idOf, type Runner, withExamples, withJson, withPlace } from './command.ts';

interface LifeOptions extends PlaceFlags {
  readonly json?: boolean;
  readonly wait?: boolean;
}

const LOOK_EVERY_MS = 500;

/** What people do with agents that have joined: show, drain, undrain, revoke, rm. */
export function declareLife(command: Command, run: Runner): void {
  const about = (name: string, text: string): Command =>
    withPlace(
      command.command(name).description(text).argument('<agent>', 'id of the agent, or its name', idOf),
    );
  const show = withJson(about('show', 'Show everything known of an agent.')).action(run(actShow));
  withExamples(show, [['errand agent show bench-7', 'its state, labels, slots, and what it holds']]);
  const drain = withJson(about('drain', 'Let an agent finish what it has and take nothing new.'))
    .option('--wait', 'return only when it holds nothing any more')
    .action(run(actDrain));
  withExamples(drain, [['errand agent drain --wait bench-7', 'before its machine is switched off']]);
  const undrain = withJson(about('undrain', 'Let a drained agent take runs again.')).action(run(actUndrain));
  withExamples(undrain, [['errand agent undrain bench-7', 'it serves again']]);
  const revoke = withJson(about('revoke', 'End the right of an agent at once.')).action(run(actRevoke));
  withExamples(revoke, [['errand agent revoke bench-7', 'its runs count as lost; it is told to end them']]);
  const remove = about('rm', 'Forget an agent that holds nothing.').action(run(actRemove));
  withExamples(remove, [['errand agent rm bench-7', 'its machine can join again with a new token']]);
}

/** The state of an agent in a word or two. */
export function stateOf(agent: Answer<'listAgents'>['agents'][number], now: number): string {
  if (agent.revoked) return 'revoked';
  if (!agent.online) return `silent, seen ${agoText(agent.lastSeenAt, now)}`;
  return agent.draining ? 'draining' : 'online';
}

type Act = (cli: Cli, agent: string, options: LifeOptions) => Promise<number>;

const actShow: Act = (cli, agent, options) =>
  change(cli, agent, options, (errand, id) => errand.agents.get(id));
const actUndrain: Act = (cli, agent, options) =>
  change(cli, agent, options, (errand, id) => errand.agents.undrain(id));
const actRevoke: Act = (cli, agent, options) =>
  change(cli, agent, options, (errand, id) => errand.agents.revoke(id));
const actDrain: Act = (cli, agent, options) =>
  change(cli, agent, options, async (errand, id) => {
    let drained = await errand.agents.drain(id);
    while (options.wait === true && drained.running > 0) {
      await sleep(LOOK_EVERY_MS);
      drained = await errand.agents.get(id);
    }
    return drained;
  });

const actRemove: Act = async (cli, agent, options) => {
  const { errand } = await cli.connect(options);
  await errand.agents.remove(await idOfAgent(errand, agent));
  return EXIT.ok;
};

async function change(
  cli: Cli,
  agent: string,
  options: LifeOptions,
  act: (errand: Errand, id: string) => Promise<AgentDetails>,
): Promise<number> {
  const { errand } = await cli.connect(options);
  const details = await act(errand, await idOfAgent(errand, agent));
  await cli.stdout.write(options.json === true ? `${JSON.stringify(details, null, 2)}\n` : cardOf(details));
  return EXIT.ok;
}

/** Names need not be unique; ids are. */
async function idOfAgent(errand: Errand, text: string): Promise<string> {
  const named = (await errand.agents.list()).filter(({ id, name }) => id === text || name === text);
  const exact = named.find(({ id }) => id === text) ?? named[0];
  if (exact === undefined)
    throw new CliError(`there is no agent ${text}; errand agent ls shows those there are`);
  if (named.length > 1 && exact.id !== text)
    throw new CliError(`${named.length} agents are called ${text}: ${named.map(({ id }) => id).join(', ')}`);
  return exact.id;
}

function cardOf(agent: AgentDetails): string {
  const now = Date.now();
  const limit = agent.maxSlots === null ? '' : ` (its token allows ${agent.maxSlots})`;
  const labels = Object.entries(agent.labels).map(([key, value]) => `${key}=${value}`);
  const rows: [string, string][] = [
    ['id', agent.id],
    ['name', agent.name],
    ['pool', agent.pool],
    ['state', stateOf(agent, now)],
    ['holds', agent.running === 1 ? '1 run' : `${agent.running} runs`],
    ['slots', `${agent.slots}${limit}`],
    ['labels', labels.join(' ') || 'none'],
    ['version', agent.program || 'not said yet'],
    ['joined', agoText(agent.joinedAt, now)],
    ['key made', agent.keySince === null ? 'it has none' : agoText(agent.keySince, now)],
  ];
  if (agent.duplicateSeenAt !== null)
    rows.push([
      'look',
      `another agent with this identity was turned away ${agoText(agent.duplicateSeenAt, now)}`,
    ]);
  return rows.map(([name, value]) => `${`${name}:`.padEnd(10)}${value}\n`).join('');
}
