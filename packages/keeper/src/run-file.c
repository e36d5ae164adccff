/* prefix.run: three slots, each valid only once its last byte is a newline. */
#include "keeper.h"

static const char *boot_id(void) {
  static char id[64];
  if (id[0]) return id;
  int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
  ssize_t count = file < 0 ? 0 : read(file, id, sizeof id - 1);
  if (file >= 0) close(file);
  id[strcspn(id, "\n")] = 0;
  if (count <= 0) strcpy(id, "unknown");
  return id;
}

/* One write over bytes that the agent laid out before: a full disk cannot refuse it, and it is whole or invalid. */
bool run_file_write(int file, int slot, const char *text) {
  char bytes[SLOT_SIZE];
  snprintf(bytes, sizeof bytes, "%-*s", SLOT_SIZE - 1, text);
  bytes[SLOT_SIZE - 1] = '\n';
  return pwrite(file, bytes, SLOT_SIZE, (off_t)slot * SLOT_SIZE) == SLOT_SIZE;
}

/* Opens the file and records the execution. An attempt whose execution is recorded already is never executed again. */
int run_file_open(const char *prefix) {
  char path[4096], text[SLOT_SIZE], last;
  snprintf(path, sizeof path, "%s.run", prefix);
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return -1;
  snprintf(text, sizeof text, "exec pid=%d boot=%s time=%lld", (int)getpid(), boot_id(), (long long)wall_ms());
  if (pread(file, &last, 1, 2 * SLOT_SIZE - 1) == 1 && last == '\n') errno = EEXIST;
  else if (run_file_write(file, 1, text)) return file;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}
