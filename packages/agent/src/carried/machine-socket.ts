import type { MachinePlace } from '@errand/contract';

/** What stands for the socket of a keeper on a machine without an agent; with or without the keeper itself. */
export function machineSocket({ id, keeper }: MachinePlace): string {
  return `machine:${keeper ? 'keeper' : 'sh'}:${id}`;
}

/** Null where a socket is one. */
export function machineOf(socket: string): MachinePlace | null {
  const [, by, id] = /^machine:(keeper|sh):(.+)$/.exec(socket) ?? [];
  return id === undefined ? null : { id, keeper: by === 'keeper' };
}
