import { type BlobStore, ErrandError } from '@errand/core';

/** Where nothing is kept, as nothing that needs it can be made. */
export const noBlobs: BlobStore = {
  put: async () => {
    throw new ErrandError('unavailable', 'this control plane keeps no files');
  },
  get: async () => null,
  remove: async () => undefined,
  list: async function* () {},
};
