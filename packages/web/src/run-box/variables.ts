/** Lines NAME=value as they are submitted. Throws a sentence on what is no such line. */
export function variables(text: string): Record<string, string> {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return Object.fromEntries(
    lines.map((line) => {
      const [, name = '', value] = /^\s*([^=]*?)\s*=(.*)$/.exec(line) ?? [];
      if (value === undefined) throw new Error(`a variable is written NAME=value, not ${line.trim()}`);
      return [name, value];
    }),
  );
}
