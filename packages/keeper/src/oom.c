/* How often the kernel ended a process because memory ran out, in this container or on this machine. */
#include "keeper.h"

#define STALE_MS 1000

/* A read costs more than a short command can spare, so the figure before a start may be a second old. */
uint64_t oom_kills(bool fresh) {
  static uint64_t last;
  static int64_t read_at;
  static char text[16384];
  if (!fresh && read_at && now_ms() - read_at < STALE_MS) return last;
  read_at = now_ms();
  read_text(AT_FDCWD, "/proc/vmstat", text, sizeof text);
  char *line = strstr(text, "\noom_kill ");
  return last = line ? strtoull(line + 10, NULL, 10) : 0;
}
