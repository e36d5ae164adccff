/* Who belongs to a run: the main command, what carries its mark or lives in its cgroup, and all their descendants. */
#include "keeper.h"
#include <dirent.h>
#include <sys/syscall.h>

struct process { pid_t pid, parent; unsigned long long start; bool member; };
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
  char path[64], text[1024], state;
  *process = (struct process){.pid = pid};
  snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
  char *rest = read_text(AT_FDCWD, path, text, sizeof text) > 0 ? strrchr(text, ')') : NULL;
  return rest && sscanf(rest, ") %c %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu", &state,
                        &process->parent, &process->start) == 3 && state != 'Z' && state != 'X';
}

/* The kernel lists processes in ascending order of their numbers, so the table is sorted. */
static void read_table(void) {
  DIR *proc = opendir("/proc");
  count = 0;
  for (struct dirent *entry; proc && (entry = readdir(proc));) {
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (count == room) table = must(realloc(table, (room = room * 2 + 256) * sizeof *table));
    if (pid > 0 && pid != getpid() && read_process(pid, &table[count])) count++;
  }
  if (proc) closedir(proc);
}

static int by_pid(const void *a, const void *b) {
  pid_t x = ((const struct process *)a)->pid, y = ((const struct process *)b)->pid;
  return (x > y) - (x < y);
}

static struct process *find(pid_t pid) {
  return count ? bsearch(&(struct process){.pid = pid}, table, count, sizeof *table, by_pid) : NULL;
}

static void find_members(struct run *run) {
  struct process *other;
  read_table();
  for (char *at = cgroup_processes(run); *at; at += strspn(at, "\n"))
    if ((other = find((pid_t)strtol(at, &at, 10)))) other->member = true;
  for (size_t i = 0; i < count; i++)
    if ((table[i].pid == run->pid && !run->reaped) || mark_of(run, table[i].pid)) table[i].member = true;
  for (bool grew = true; grew;) {
    grew = false;
    for (size_t i = 0; i < count; i++)
      if (!table[i].member && (other = find(table[i].parent)) && other->member) grew = table[i].member = true;
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
  for (size_t i = 0; i < count; i++) {
    members += table[i].member;
    if (table[i].member) signal_exactly(&table[i], number);
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
  bool whole = length >= 0 && length < (ssize_t)sizeof text - 8;
  text[whole ? length : 0] = 0;
  for (char *at = text; *at; at += strspn(at, " "))
    if (child_left(run, (pid_t)strtol(at, &at, 10))) return true;
  if (!whole) read_table(); /* a kernel without that file, or very many children */
  for (size_t i = 0; !whole && i < count; i++)
    if (table[i].parent == getpid() && child_left(run, table[i].pid)) return true;
  return false;
}
