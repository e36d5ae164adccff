/* What a command in a container reports: a file in memory, since nothing there may be ours to write to. It goes to the client before the end. */
#include "keeper.h"
#include <sys/mman.h>

#define RESULT_LIMIT (1u << 20)

void result_open(struct run *run) {
  if (inside) run->result = memfd_create("errand-result", MFD_CLOEXEC);
}

/* In the child: a path that opens the file anew, for whoever may look at the keeper, which is its user and root. */
void result_name(struct run *run) {
  static char variable[64];
  if (run->result < 0) return;
  snprintf(variable, sizeof variable, "ERRAND_RESULT=/proc/%d/fd/%d", getppid(), run->result);
  putenv(variable);
}

/* A byte more than may be, so that too much is seen to be that. An empty one was never written to. */
void result_tell(struct run *run) {
  static char bytes[RESULT_LIMIT + 1];
  size_t length = 0;
  if (run->result < 0) return;
  for (ssize_t count = 1; count > 0 && length < sizeof bytes; length += count > 0 ? (size_t)count : 0)
    count = pread(run->result, bytes + length, sizeof bytes - length, (off_t)length);
  if (length > 0) tell(NULL, 'v', "sb", run->id, bytes, length);
  close(run->result);
  run->result = -1;
}
