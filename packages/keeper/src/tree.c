/* Who belongs to a run: the main command, what carries its mark or lives in its cgroup, and all their descendants. */
#include "keeper.h"
#include <dirent.h>
#include <signal.h>
#include <sys/syscall.h>

struct process {
  pid_t pid, parent;
  unsigned long long start;
  bool member;
};

static struct process *table;
static size_t count, room;
static int children_file;

void tree_open(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
  children_file = open(path, O_RDONLY | O_CLOEXEC);
}

/* One line of /proc/PID/stat; false for the dead. The name may hold blanks and brackets, so the last bracket counts. */
static bool read_process(pid_t pid, struct process *process) {
  char path[64], text[1024];
  char state;
  int parent;
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
  if (file >= 0) close(file);
  text[length > 0 ? length : 0] = 0;
  char *rest = strrchr(text, ')');
  *process = (struct process){.pid = pid};
  if (!rest || sscanf(rest, ") %c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
                      &parent, &process->start) != 3)
    return false;
  process->parent = parent;
  return state != 'Z' && state != 'X';
}

static int by_pid(const void *a, const void *b) {
  pid_t x = ((const struct process *)a)->pid, y = ((const struct process *)b)->pid;
  return (x > y) - (x < y);
}

static struct process *find(pid_t pid) {
  struct process key = {.pid = pid};
  return count ? bsearch(&key, table, count, sizeof key, by_pid) : NULL;
}

static void read_table(void) {
  DIR *proc = opendir("/proc");
  count = 0;
  for (struct dirent *entry; proc && (entry = readdir(proc));) {
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (pid <= 0 || pid == getpid()) continue;
    if (count == room) {
      room = room * 2 + 256;
      table = realloc(table, room * sizeof *table);
      if (!table) abort();
    }
    if (read_process(pid, &table[count])) count++;
  }
  if (proc) closedir(proc);
  qsort(table, count, sizeof *table, by_pid);
}

static bool descends(struct process *process) {
  struct process *parent = find(process->parent);
  return parent && parent->member;
}

static void find_members(struct run *run) {
  pid_t inside[4096];
  read_table();
  size_t listed = cgroup_list(run, inside, 4096);
  for (size_t i = 0; i < listed; i++) {
    struct process *process = find(inside[i]);
    if (process) process->member = true;
  }
  for (size_t i = 0; i < count; i++)
    if ((table[i].pid == run->pid && !run->reaped) || mark_of(run, table[i].pid)) table[i].member = true;
  for (bool grew = true; grew;) {
    grew = false;
    for (size_t i = 0; i < count; i++)
      if (!table[i].member && descends(&table[i])) grew = table[i].member = true;
  }
}

/* Signals the process that was seen, never one that got its number since. */
static void signal_exactly(struct process *seen, int number) {
  struct process now;
  int fd = (int)syscall(SYS_pidfd_open, seen->pid, 0);
  bool same = read_process(seen->pid, &now) && now.start == seen->start;
  if (same && (fd < 0 || syscall(SYS_pidfd_send_signal, fd, number, NULL, 0) < 0)) kill(seen->pid, number);
  if (fd >= 0) close(fd);
}

/* Sends a signal to every member; answers how many there were. */
size_t tree_signal(struct run *run, int number) {
  size_t members = 0;
  find_members(run);
  for (size_t i = 0; i < count; i++)
    if (table[i].member) {
      signal_exactly(&table[i], number);
      members++;
    }
  return members;
}

static bool child_left(struct run *run, pid_t pid) { return pid > 0 && !run_is_main(pid) && mark_of(run, pid); }

/* Whether anything is left of a tree whose main command is dead. Whatever it was, its uppermost living process is now
   a child of the subreaper, so no scan of /proc is needed. */
bool tree_left(struct run *run) {
  static char text[65536];
  if (cgroup_populated(run)) return true;
  ssize_t length = children_file < 0 ? -1 : pread(children_file, text, sizeof text - 1, 0);
  if (length >= 0 && length < (ssize_t)sizeof text - 8) {
    text[length] = 0;
    for (char *at = text; *at; at += strspn(at, " "))
      if (child_left(run, (pid_t)strtol(at, &at, 10))) return true;
    return false;
  }
  read_table(); /* a kernel without that file, or very many children */
  for (size_t i = 0; i < count; i++)
    if (table[i].parent == getpid() && child_left(run, table[i].pid)) return true;
  return false;
}
