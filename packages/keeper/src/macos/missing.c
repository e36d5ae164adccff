/* What macOS has nothing like: marks, cgroups, the count of processes that were ended for want of memory. */
#include "../keeper.h"

void mark_open(void) {}
uint64_t mark_new(void) { return 0; }
bool mark_of(struct run *run, pid_t pid) { return getsid(pid) == run->pid; }

void cgroup_open(void) {}
void cgroup_close(void) {}
void cgroup_make(struct run *run) { run->cgroup = -1; }
void cgroup_remove(struct run *run) { (void)run; }
void cgroup_kill(struct run *run) { (void)run; }
bool cgroup_populated(struct run *run) { return run->cgroup >= 0; }
char *cgroup_processes(struct run *run) { return run->id + strlen(run->id); }

uint64_t oom_kills(bool fresh) { return (void)fresh, 0; }

/* end.c of this build is compiled with another name of its function: a tree that was ended here counts as not proven empty. */
void run_end_as_found(struct run *run, size_t left);
void run_end(struct run *run, size_t left) { run_end_as_found(run, left || !run->cause[0] ? left : 1); }

/* There are no containers of macOS. */
int hold(uint64_t lease, char **argv) { return (void)lease, (void)argv, 2; }
int renew(uint64_t lease) { return (void)lease, 2; }
void result_open(struct run *run) { (void)run; }
void result_name(struct run *run) { (void)run; }
void result_tell(struct run *run) { (void)run; }
