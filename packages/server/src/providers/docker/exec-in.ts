import type Docker from 'dockerode';

/** Runs a small command in a container as its root, for our own ends; what it says is kept short. */
export async function execIn(
  container: Docker.Container,
  argv: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  const exec = await container.exec({
    Cmd: [...argv],
    User: '0',
    Tty: true,
    AttachStdout: true,
    AttachStderr: true,
  });
  const output = await exec.start({ hijack: false, stdin: false, Tty: true });
  let said = '';
  for await (const piece of output) if (said.length < 500) said += String(piece);
  const { ExitCode: code } = await exec.inspect();
  return { code: code ?? 1, said: said.trim().slice(0, 500) };
}
