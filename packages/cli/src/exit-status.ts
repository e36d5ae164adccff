/** Exit statuses that are errand's own; all others are the command's. */
export const EXIT = {
  ok: 0,
  timedOut: 124,
  failed: 125,
  /** Of a server in the background only: another one has the data folder. */
  folderTaken: 75,
  canceled: 130,
  /** As a program that wrote to a closed pipe: 128 + SIGPIPE. */
  pipeClosed: 141,
} as const;
