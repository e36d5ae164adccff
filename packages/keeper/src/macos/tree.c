/* Who belongs to a run: the main command, its session, and all their descendants. What leaves its session and its parent is not found: there is
   no subreaper, no mark and no cgroup, so that nothing here can prove that a tree is empty. */
#include "../keeper.h"
#include <libproc.h>
#include <sys/proc.h>

struct process { pid_t pid, parent; uint64_t start; bool member; };
static struct process *table;
static size_t count, room;

void tree_open(void) {}

static bool read_process(pid_t pid, struct process *process) {
  struct proc_bsdinfo info;
  if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != (int)sizeof info || info.pbi_status == SZOMB) return false;
  *process = (struct process){pid, (pid_t)info.pbi_ppid, info.pbi_start_tvsec * 1000000 + info.pbi_start_tvusec, false};
  return true;
}

static void read_table(void) {
  static pid_t *pids;
  int wanted = proc_listallpids(NULL, 0) + 64, found;
  count = 0;
  if (wanted > (int)room) {
    table = must(realloc(table, (room = (size_t)wanted) * sizeof *table));
    pids = must(realloc(pids, room * sizeof *pids));
  }
  found = proc_listallpids(pids, (int)(room * sizeof *pids));
  for (int i = 0; i < found && i < (int)room; i++)
    if (pids[i] > 0 && pids[i] != getpid() && read_process(pids[i], &table[count])) count++;
}

static bool is_member(pid_t pid) {
  for (size_t i = 0; i < count; i++)
    if (table[i].pid == pid) return table[i].member;
  return false;
}

static size_t find_members(struct run *run) {
  size_t members = 0;
  read_table();
  for (bool grew = true; grew;) {
    grew = false;
    for (size_t i = 0; i < count; i++) {
      struct process *process = &table[i];
      bool own = (process->pid == run->pid && !run->reaped) || mark_of(run, process->pid);
      if (process->member || !(own || is_member(process->parent))) continue;
      grew = process->member = true;
      members++;
    }
  }
  return members;
}

/* Signals the process that was seen, as far as that can be told: there are no handles of processes. */
size_t tree_signal(struct run *run, int number) {
  size_t members = find_members(run);
  struct process now;
  for (size_t i = 0; i < count; i++)
    if (table[i].member && read_process(table[i].pid, &now) && now.start == table[i].start) kill(now.pid, number);
  return members;
}

bool tree_left(struct run *run) { return find_members(run) > 0; }
