/* How often the kernel ended a process because memory ran out, in this container or on this machine. */
#include "keeper.h"

#define STALE_MS 1000

/* A read costs more than a short command can spare, so the figure before a start may be a second old. */
uint64_t oom_kills(bool fresh) {
  static uint64_t last;
  static int64_t read_at;
  int64_t now = now_ms();
  if (!fresh && read_at && now - read_at < STALE_MS) return last;
  read_at = now;
  FILE *file = fopen("/proc/vmstat", "re");
  char line[128];
  unsigned long long count;
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "oom_kill %llu", &count) == 1) last = count;
  if (file) fclose(file);
  return last;
}
