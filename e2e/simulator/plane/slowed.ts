/** A part whose answers come a while after its work, as from a database across a network. `pause` is that while, of each answer. */
export function slowed<Part extends object>(part: Part, pause: () => Promise<void>): Part {
  return new Proxy(part, {
    get: (target, name) => {
      const method: unknown = Reflect.get(target, name);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        const answer: unknown = await (Reflect.apply(method, target, args) as Promise<unknown>);
        await pause();
        return answer;
      };
    },
  });
}
