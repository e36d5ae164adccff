/* How often the kernel ended a process because memory ran out: in the keeper's own cgroup where that is counted, else on this machine. */
#include "keeper.h"

#define STALE_MS 1000

static bool counts(const char *path) {
  char text[4096];
  return read_text(AT_FDCWD, path, text, sizeof text) > 0 && strstr(text, "\noom_kill ");
}

/* In v2 each folder counts all below it, and those without the controller count nothing. */
static bool find_events(char *path, size_t size) {
  if (!cgroup_find("0::", " cgroup2 ", path, size)) return false;
  for (char *end = path + strlen(path); end > path; end = strrchr(path, '/')) {
    snprintf(end, size - (size_t)(end - path), "/memory.events");
    if (counts(path)) return true;
    *end = 0;
  }
  return false;
}

static const char *counter(void) {
  static char path[PATH_SIZE];
  if (path[0] || find_events(path, sizeof path)) return path;
  if (cgroup_find(":memory:", ",memory ", path, sizeof path)) {
    strncat(path, "/memory.oom_control", sizeof path - strlen(path) - 1);
    if (counts(path)) return path;
  }
  return strcpy(path, "/proc/vmstat");
}

/* A read costs more than a short command can spare, so the figure before a start may be a second old. */
uint64_t oom_kills(bool fresh) {
  static uint64_t last;
  static int64_t read_at;
  static char text[16384];
  if (!fresh && read_at && now_ms() - read_at < STALE_MS) return last;
  read_at = now_ms();
  read_text(AT_FDCWD, counter(), text, sizeof text);
  char *line = strstr(text, "\noom_kill ");
  return last = line ? strtoull(line + 10, NULL, 10) : 0;
}
