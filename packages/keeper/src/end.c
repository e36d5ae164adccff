/* The end of a run: the files are made final, then everybody is told. */
#include "keeper.h"
#include <signal.h>
#include <sys/wait.h>

static const char *const stages[] = {"cwd", "exec", "stdin", "log", "fork"};

static int describe(struct run *run, char *text, size_t size) {
  if (run->spawn_errno) return snprintf(text, size, "end spawn_failed %d %s", run->spawn_errno, stages[run->spawn_stage]);
  if (WIFSIGNALED(run->status)) return snprintf(text, size, "end signaled %d", WTERMSIG(run->status));
  return snprintf(text, size, "end exited %d", WEXITSTATUS(run->status));
}

/* A KILL that nobody here sent, while the kernel counted one for want of memory. */
static bool out_of_memory(struct run *run) {
  return run->pid > 0 && WIFSIGNALED(run->status) && WTERMSIG(run->status) == SIGKILL && !run->cause[0] &&
         oom_kills(true) > run->oom_before;
}

void run_end(struct run *run, size_t left) {
  char how[64];
  spawn_settle(run);
  stream_drain(&run->streams[0]);
  stream_drain(&run->streams[1]);
  run->ended = true;
  tail_store(run);
  log_close(run);
  input_close(run);
  describe(run, how, sizeof how);
  const char *why = run->log.failed ? "disk_full" : run->log.dropped ? "cap" : "none";
  int64_t now = wall_ms();
  snprintf(run->end_line, sizeof run->end_line,
           "%s cause=%s bytes=%llu dropped=%llu why=%s left=%zu oom=%d time=%lld started=%lld", how,
           run->cause[0] ? run->cause : "-", (unsigned long long)run->log.size, (unsigned long long)run->log.dropped, why,
           left, out_of_memory(run), (long long)now, (long long)(run->started_at ? run->started_at : now));
  if (run->run_file >= 0) {
    run_file_write(run->run_file, 2, run->end_line);
    close(run->run_file);
    run->run_file = -1;
  }
  /* A process that was kept may go on to write: closing the pipe would end it. */
  for (int i = 0; i < 2; i++)
    if (!run->options.keep || run->options.tty) watch_close(&run->streams[i].watch);
  cgroup_remove(run);
  tell_ended(run);
}
