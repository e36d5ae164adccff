import { KeeperClient } from './client.ts';
import { errorCode } from './error-code.ts';
import { type LaunchOptions, launchKeeper } from './launch.ts';

/** Connects to the keeper of a socket and starts one first where none is alive. */
export async function openKeeper(options: LaunchOptions): Promise<KeeperClient> {
  try {
    return await KeeperClient.connect(options.socket);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ECONNREFUSED') throw error;
  }
  await launchKeeper(options);
  return KeeperClient.connect(options.socket);
}
