/* The fork, what the child does before its exec, and how the keeper learns whether the exec succeeded. */
#include "keeper.h"
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

extern char **environ;
struct report { int error, stage; };

static void lower_limit(int which, uint64_t soft) {
  struct rlimit limit;
  if (getrlimit(which, &limit) < 0) return;
  limit.rlim_cur = limit.rlim_max < soft ? limit.rlim_max : soft;
  setrlimit(which, &limit);
}

static _Noreturn void fail(struct plan *plan, enum stage stage) {
  struct report report = {errno, (int)stage};
  _exit(write(plan->report, &report, sizeof report) < 0 ? 126 : 127);
}

static _Noreturn void child(struct run *run, struct plan *plan) {
  static const int handled[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGPIPE};
  setsid();
  for (int fd = 0; fd < 3; fd++)
    if (dup2(plan->stdio[fd], fd) < 0) fail(plan, AT_STDIN);
  if (run->options.tty) ioctl(0, TIOCSCTTY, 0);
  if (run->mark) lower_limit(RLIMIT_LOCKS, run->mark);
  if (run->options.nofile) lower_limit(RLIMIT_NOFILE, run->options.nofile);
  if (*plan->cwd && chdir(plan->cwd) < 0) fail(plan, AT_CWD);
  if (!run->options.inherit_env) environ = plan->env;
  else for (char **at = plan->env; *at; at++) putenv(*at);
  result_name(run);
  /* The keeper's handlers must not see a signal meant for the command; what came since the fork comes now. */
  for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) signal(handled[i], SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execvp(plan->argv[0], plan->argv); /* by the PATH of the command's own environment */
  fail(plan, AT_EXEC);
}

/* Forks into the run's cgroup at once where the kernel can, so that nothing is ever outside of it. */
static pid_t fork_into(int cgroup) {
  uint64_t arguments[11] = {[0] = 0x200000000 /* CLONE_INTO_CGROUP */, [4] = SIGCHLD, [10] = (uint64_t)cgroup};
  pid_t pid = cgroup < 0 ? -1 : (pid_t)syscall(SYS_clone3, arguments, sizeof arguments);
  if (pid >= 0) return pid;
  pid = fork();
  if (pid == 0 && cgroup >= 0) {
    int procs = openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC);
    if (write(procs, "0", 1) < 0) close(procs); /* the mark and the descent are left */
  }
  return pid;
}

static void report_ready(struct watch *watch, unsigned events) {
  struct run *run = (struct run *)watch;
  struct report report = {0, 0};
  (void)events;
  if (read(watch->fd, &report, sizeof report) < 0) return;
  watch_close(watch);
  run->spawn_errno = report.error;
  run->spawn_stage = report.stage;
  if (!report.error) tell(NULL, 's', "snn", run->id, (uint64_t)run->pid, (uint64_t)run->started_at);
}

/* Reads the report of a child that is dead already. */
void spawn_settle(struct run *run) {
  if (run->exec_report.fd >= 0) report_ready(&run->exec_report, 0);
}

/* The pipe of the report closes by itself at the exec. */
pid_t spawn(struct run *run, struct plan *plan) {
  int pair[2];
  sigset_t all, before;
  if (pipe2(pair, O_CLOEXEC) < 0) return -1;
  plan->report = pair[1];
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
  pid_t pid = fork_into(run->cgroup);
  if (pid == 0) child(run, plan);
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, NULL);
  close(pair[1]);
  if (pid < 0) close(pair[0]);
  else watch_open(&run->exec_report, pair[0], EPOLLIN, report_ready);
  errno = error;
  return pid;
}
