import { execFileSync, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Place } from './place.ts';

/** As seen from a machine: what it sends, what it is sent. */
export type Ways = 'there' | 'back' | 'both';

const DEVICE = 'errand0';
/** Nobody's: what is sent to it arrives and is thrown away, as on a line that is cut somewhere in the middle. */
const NOBODY = '02:00:00:00:00:ff';
/** Two hosts in each network of four addresses. */
const NET = 4;

/** A machine of a test with a line of its own to the server. */
export interface Machine {
  /** What starts a program on it. */
  readonly within: readonly string[];
  /** Nobody is told that packets are lost: neither end gets an error. */
  cut(ways: Ways): void;
  heal(): void;
  /** Makes the line bad for a while: loses and delays packets where the kernel can, and breaks it again and again for moments. */
  worsen(ms: number): Promise<void>;
}

/** A server and machines around it, each in a network namespace of its own: nothing of it is seen outside. Needs root. */
export class Network {
  readonly address = '10.203.0.1';
  /** What starts a program beside the server. */
  readonly within: readonly string[];
  readonly #place: Place;
  readonly #hub: string;
  #machines = 0;

  constructor(place: Place) {
    this.#place = place;
    this.#hub = this.#namespace('hub');
    this.within = enter(this.#hub);
    // The one address that all machines know the server by.
    ip(this.#hub, 'addr', 'add', `${this.address}/32`, 'dev', 'lo');
  }

  machine(): Machine {
    this.#machines += 1;
    const [name, index] = [this.#namespace(`m${this.#machines}`), this.#machines];
    const [here, there] = [`10.203.1.${index * NET + 1}`, `10.203.1.${index * NET + 2}`];
    const peer = `${DEVICE}-${index}`;
    execFileSync('ip', [
      'link',
      'add',
      DEVICE,
      'netns',
      name,
      'type',
      'veth',
      'peer',
      peer,
      'netns',
      this.#hub,
    ]);
    ip(name, 'addr', 'add', `${there}/30`, 'dev', DEVICE);
    ip(this.#hub, 'addr', 'add', `${here}/30`, 'dev', peer);
    ip(name, 'link', 'set', DEVICE, 'up');
    ip(this.#hub, 'link', 'set', peer, 'up');
    ip(name, 'route', 'add', this.address, 'via', here);
    const ends = {
      there: { namespace: name, device: DEVICE, to: here, of: macOf(this.#hub, peer) },
      back: { namespace: this.#hub, device: peer, to: there, of: macOf(name, DEVICE) },
    };
    return lineOf(enter(name), ends);
  }

  #namespace(name: string): string {
    const full = `errand-${process.pid}-${name}`;
    execFileSync('ip', ['netns', 'add', full]);
    this.#place.atEnd(() => void spawnSync('ip', ['netns', 'del', full]));
    ip(full, 'link', 'set', 'lo', 'up');
    return full;
  }
}

/** One end of a line: what it sends `to` the other end's address goes to the hardware address `of` that. */
interface End {
  readonly namespace: string;
  readonly device: string;
  readonly to: string;
  readonly of: string;
}

function lineOf(within: readonly string[], ends: Readonly<Record<'there' | 'back', End>>): Machine {
  const send = ({ namespace, device, to }: End, mac: string): void =>
    ip(namespace, 'neigh', 'replace', to, 'lladdr', mac, 'dev', device, 'nud', 'permanent');
  const heal = (): void => {
    for (const end of Object.values(ends)) send(end, end.of);
  };
  const cut = (ways: Ways): void => {
    for (const way of ['there', 'back'] as const)
      if (ways !== (way === 'there' ? 'back' : 'there')) send(ends[way], NOBODY);
  };
  heal();
  const worsen = async (ms: number): Promise<void> => {
    for (const end of Object.values(ends)) netem(end, 'add');
    for (const until = performance.now() + ms; performance.now() < until; ) {
      cut((['there', 'back', 'both'] as const)[Math.floor(Math.random() * 3)] ?? 'both');
      await sleep(Math.random() * 400);
      heal();
      await sleep(Math.random() * 1_000);
    }
    for (const end of Object.values(ends)) netem(end, 'del');
  };
  return { within, cut, heal, worsen };
}

/** Not every kernel has it; then it changes nothing. */
function netem({ namespace, device }: End, how: 'add' | 'del'): void {
  const what = how === 'add' ? ['netem', 'delay', '40ms', '20ms', 'loss', '2%'] : [];
  spawnSync('tc', ['-n', namespace, 'qdisc', how, 'dev', device, 'root', ...what]);
}

function enter(namespace: string): readonly string[] {
  return ['nsenter', `--net=/run/netns/${namespace}`];
}

function ip(namespace: string, ...args: readonly string[]): void {
  execFileSync('ip', ['-n', namespace, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

function macOf(namespace: string, device: string): string {
  const text = execFileSync('ip', ['-n', namespace, '-j', 'link', 'show', device], { encoding: 'utf8' });
  const [link] = JSON.parse(text) as { address: string }[];
  if (link === undefined) throw new Error(`${device} is not in ${namespace}`);
  return link.address;
}
