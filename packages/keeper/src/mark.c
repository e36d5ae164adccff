/* The mark of a tree: a number in the soft limit of file locks, which Linux has not enforced since 2.4 and which fork,
   exec, setsid and an empty environment all hand on. */
#include "keeper.h"
#include <sys/random.h>
#include <sys/resource.h>

#define LOW_BITS 22
#define ALL_BITS 62

static bool usable, nested;
static uint64_t base;

/* A keeper inside the tree of another keeps the upper bits, by which the outer one knows the inner one's trees. */
void mark_open(void) {
  struct rlimit own;
  if (getrlimit(RLIMIT_LOCKS, &own) < 0) return;
  nested = own.rlim_cur >> LOW_BITS && !(own.rlim_cur >> ALL_BITS);
  base = nested ? own.rlim_cur >> LOW_BITS << LOW_BITS : 0;
  usable = own.rlim_max >= (nested ? base + (1u << LOW_BITS) : 1ull << ALL_BITS);
}

uint64_t mark_new(void) {
  uint64_t mark = 0;
  while (usable && mark <= base) {
    if (getrandom(&mark, sizeof mark, 0) < 0) mark = (uint64_t)now_ms() * 0x9e3779b97f4a7c15;
    mark = nested ? base | mark >> (64 - LOW_BITS) : mark >> (64 - ALL_BITS + LOW_BITS) << LOW_BITS;
    for (struct run *run = runs; run; run = run->next)
      if (run->mark == mark) mark = 0; /* taken: another one */
  }
  return mark;
}

/* The limits of another user's process (sudo) can still be read as text. */
static uint64_t soft_limit(pid_t pid) {
  struct rlimit limit;
  char path[64], text[2048];
  if (prlimit(pid, RLIMIT_LOCKS, NULL, &limit) == 0) return limit.rlim_cur;
  snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
  char *line = errno == EPERM && read_text(AT_FDCWD, path, text, sizeof text) > 0 ? strstr(text, "Max file locks ") : NULL;
  return line ? strtoull(line + 15, NULL, 10) : 0;
}

/* Whether a process carries the mark of a run; where no marks can be set, whether it is in its session. */
bool mark_of(struct run *run, pid_t pid) {
  if (!run->mark) return getsid(pid) == run->pid;
  uint64_t limit = soft_limit(pid);
  return nested ? limit == run->mark : limit >> LOW_BITS == run->mark >> LOW_BITS;
}
