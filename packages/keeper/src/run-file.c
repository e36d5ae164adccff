/* prefix.run: three slots, each valid only once its last byte is a newline. */
#include "keeper.h"

/* One write over bytes that the agent laid out before: a full disk cannot refuse it, and it is whole or invalid. */
bool run_file_write(int file, int slot, const char *text) {
  char bytes[SLOT_SIZE + 1];
  snprintf(bytes, sizeof bytes, "%-*s\n", SLOT_SIZE - 1, text);
  return pwrite(file, bytes, SLOT_SIZE, (off_t)slot * SLOT_SIZE) == SLOT_SIZE;
}

/* Opens the file and records the execution. An attempt whose execution is recorded already is never executed again. */
int run_file_open(const char *prefix) {
  char path[4096], text[SLOT_SIZE], boot[40], last = 0;
  snprintf(path, sizeof path, "%s.run", prefix);
  int file = open(inside ? "/dev/null" : path, O_RDWR | O_CLOEXEC);
  if (file < 0) return -1;
  read_text(AT_FDCWD, "/proc/sys/kernel/random/boot_id", boot, 37);
  snprintf(text, sizeof text, "exec pid=%d boot=%s time=%lld", getpid(), boot[0] ? boot : "-", (long long)wall_ms());
  if (pread(file, &last, 1, 2 * SLOT_SIZE - 1) == 1 && last == '\n') errno = EEXIST;
  else if (run_file_write(file, 1, text)) return file;
  close(file);
  return -1;
}
