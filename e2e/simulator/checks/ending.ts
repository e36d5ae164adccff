import type { Scene } from '../simulate.ts';

/** Has everything come to its end? */
export function isOver(scene: Scene): boolean {
  return leftOver(scene).length === 0;
}

/** Invariant 2 at the end: faults are over and time enough has passed, so nothing may be left to do. */
export function checkEverythingEnded(scene: Scene): void {
  const left = leftOver(scene);
  if (left.length > 0) scene.world.trace.fail(2, 'SIM-END-1', `after all this time: ${left.join('; ')}`);
}

function leftOver({ world, machines, workload }: Scene): readonly string[] {
  const { records } = world.history;
  const open = [...records.values()].filter(({ state }) => state !== 'finished');
  const here = machines.filter(({ gone }) => !gone);
  const spooled = here.flatMap(({ name, disk }) =>
    [...disk.runs.keys()].map((id) => `${name} still has ${id}`),
  );
  const alive = here.flatMap(({ name }) =>
    world.history
      .commandsOf(name)
      .filter(({ command }) => (command?.mortal ?? 0) > 0)
      .map(({ id }) => `${id} is alive on ${name}`),
  );
  const people = workload.open > 0 ? [`${workload.open} people wait for an answer`] : [];
  return [...open.map(({ id, state }) => `${id} is ${state}`), ...spooled, ...alive, ...people];
}
