import { createHash } from 'node:crypto';
import type { Lease } from '@errand/contract';
import type { TestControlPlane, TestRun } from './control-plane.ts';

type Call = NonNullable<Lease['script']>;

/** A call of a registered module with this source. */
export function callModule(
  plane: TestControlPlane,
  text: string,
  more: Partial<Lease> & { readonly args?: Call['args'] } = {},
): TestRun {
  const { args = {}, ...lease } = more;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const result = { from: 'return' } as const;
  return plane.submit([], {
    env: { ERRAND_ARGS: JSON.stringify(args) },
    script: { name: 'test', args, sha256, source: 'module', text, result },
    ...lease,
  });
}

/** A call of a script that the agent offers. */
export function callOffered(
  plane: TestControlPlane,
  name: string,
  { args = {}, sha256 = null }: { readonly args?: Call['args']; readonly sha256?: string | null } = {},
): TestRun {
  return plane.submit([], {
    env: { ERRAND_ARGS: JSON.stringify(args) },
    script: { name, args, sha256, source: 'offered', text: null, result: null },
  });
}
