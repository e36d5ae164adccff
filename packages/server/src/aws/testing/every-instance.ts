import { type EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';

/** Every machine that there is or was, whatever its state. The emulator shows a hundred on a page. */
export async function everyInstance(client: EC2Client): Promise<readonly Instance[]> {
  const pages = await Array.fromAsync(paginateDescribeInstances({ client }, {}));
  const reservations = pages.flatMap(({ Reservations = [] }) => Reservations);
  return reservations.flatMap(({ Instances = [] }) => Instances);
}
