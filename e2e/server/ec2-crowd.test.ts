import type { JobDocumentInput } from '@errand/sdk';
import { expect, it, vi } from 'vitest';
import { awsTools } from '../../packages/server/src/aws/testing/moto-server.ts';
import { requires } from '../../scripts/requires.ts';
import { sized, soak } from '../../scripts/sizes.ts';
import { BUCKET, Cloud } from '../harness/cloud.ts';
import { LightMachines } from '../harness/light-machines.ts';
import { hosting, namespaces } from '../harness/requirements.ts';

const JOBS = sized({ test: 10, ci: 10, soak: 200 });

// EC2 lets two machines a second be made, and jobs wait for theirs.
vi.setConfig({ testTimeout: soak ? 3_000_000 : 470_000 });

/** What AWS grants an account by default (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). */
const LIMITS = {
  RunInstances: { bucket: 5, perSecond: 2 },
  TerminateInstances: { bucket: 100, perSecond: 5 },
  DescribeInstances: { bucket: 50, perSecond: 10 },
  DescribeVolumes: { bucket: 50, perSecond: 10 },
  DescribeNetworkInterfaces: { bucket: 50, perSecond: 10 },
};

requires(
  awsTools,
  hosting,
  namespaces,
)(`${JOBS} jobs at once at an EC2 that throttles`, () => {
  it('all end as they should, with few calls for each, and leave nothing', async () => {
    await using cloud = await Cloud.open({
      machines: 'light',
      config: 'sessions: {perOwner: 1000, perTeam: 1000}',
    });
    for (const [action, limit] of Object.entries(LIMITS)) cloud.proxy.limit(action, limit);
    await using machines = new LightMachines(cloud.ec2, cloud.place);
    await cloud.put('in', 'there');
    const { jobs } = cloud.server.sdk();
    const begun = performance.now();
    const submitted = await Promise.all(Array.from({ length: JOBS }, (_, at) => jobs.create(aDocument(at))));
    const ended = await Promise.all(submitted.map(({ id }) => jobs.wait(id)));
    const seconds = Math.round((performance.now() - begun) / 1_000);
    await cloud.nothingLives();
    expect(ended.flatMap(({ cause }) => cause?.sentence ?? [])).toEqual(FAILING);
    const sessions = (await cloud.launched()).map(({ session }) => session);
    expect([sessions.length, new Set(sessions).size]).toEqual([JOBS, JOBS]);
    const perJob = callsPerJob(cloud.proxy);
    process.stderr.write(
      `${JOBS} jobs in ${seconds} s, ${machines.most} machines at once; calls for each: ${perJob.text}\n`,
    );
    expect(perJob.all).toBeLessThan(25);
  });
});

/** What is said of those that do not do what they should; of any other that fails it says why. */
const FAILING = [expect.stringContaining('exited with 3')];

function aDocument(at: number): JobDocumentInput {
  return {
    session: { provider: 'ec2', image: 'ami-0123456789abcdef0', size: 't3.micro' },
    commands: ['echo one', at < FAILING.length ? 'exit 3' : 'echo two'],
    outputs: [{ s3: `s3://${BUCKET}/in` }],
    timeout: '30m',
  };
}

function callsPerJob({ counts, throttled }: Cloud['proxy']): { readonly all: number; readonly text: string } {
  const rows = [...counts].map(([action, count]) => {
    const refused = throttled.get(action) ?? 0;
    return `${action} ${(count / JOBS).toFixed(1)}${refused === 0 ? '' : ` (${refused} refused)`}`;
  });
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0) / JOBS;
  return { all, text: `${all.toFixed(1)}; ${rows.join(', ')}` };
}
