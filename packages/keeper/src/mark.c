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
  base = own.rlim_cur >> LOW_BITS << LOW_BITS;
  usable = own.rlim_max >= (nested ? base + (1u << LOW_BITS) : 1ull << ALL_BITS);
}

static uint64_t random_bits(int bits) {
  uint64_t value = 0;
  while (value == 0) {
    if (getrandom(&value, sizeof value, 0) < 0) value = (uint64_t)now_ms() * 0x9e3779b97f4a7c15;
    value >>= 64 - bits;
  }
  return value;
}

static bool taken(uint64_t mark) {
  for (struct run *run = runs; run; run = run->next)
    if (run->mark == mark) return true;
  return false;
}

uint64_t mark_new(void) {
  uint64_t mark = 0;
  while (usable && (mark == 0 || taken(mark)))
    mark = nested ? base | random_bits(LOW_BITS) : random_bits(ALL_BITS - LOW_BITS) << LOW_BITS;
  return mark;
}

/* The limits of another user's process (sudo) can still be read as text. */
static uint64_t soft_limit(pid_t pid) {
  struct rlimit limit;
  if (prlimit(pid, RLIMIT_LOCKS, NULL, &limit) == 0) return limit.rlim_cur;
  char path[64], line[256];
  unsigned long long value = 0;
  snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
  FILE *file = errno == EPERM ? fopen(path, "re") : NULL;
  if (!file) return 0;
  while (fgets(line, sizeof line, file))
    if (sscanf(line, "Max file locks %llu", &value) == 1) break;
  fclose(file);
  return value;
}

/* Whether a process carries the mark of a run; where no marks can be set, whether it is in its session. */
bool mark_of(struct run *run, pid_t pid) {
  if (!run->mark) return getsid(pid) == run->pid;
  uint64_t limit = soft_limit(pid);
  return nested ? limit == run->mark : limit >> LOW_BITS == run->mark >> LOW_BITS;
}
