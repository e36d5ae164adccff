/** What lies at a path. `other`: a device, a socket or a pipe. */
export const FILE_KINDS = ['file', 'folder', 'link', 'other'] as const;
export type FileKind = (typeof FILE_KINDS)[number];
