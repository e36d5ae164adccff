/* The end of a run: the files are made final, then everybody is told. */
#include "keeper.h"
#include <sys/wait.h>

static void describe(struct run *run, char *text, size_t size) {
  static const char *const stages[] = {"cwd", "exec", "stdin", "log", "fork"};
  if (run->spawn_errno) snprintf(text, size, "spawn_failed %d %s", run->spawn_errno, stages[run->spawn_stage]);
  else if (WIFSIGNALED(run->status)) snprintf(text, size, "signaled %d", WTERMSIG(run->status));
  else snprintf(text, size, "exited %d", WEXITSTATUS(run->status));
}

/* A KILL that nobody here sent, while the kernel counted one for want of memory. */
static bool out_of_memory(struct run *run) {
  bool killed = WIFSIGNALED(run->status) && WTERMSIG(run->status) == SIGKILL && !run->cause[0];
  return killed && oom_kills(true) > run->oom_before;
}

void run_end(struct run *run, size_t left) {
  char how[64];
  struct log *log = &run->log;
  stream_drain(&run->streams[0]);
  stream_drain(&run->streams[1]);
  run->ended = true;
  tail_store(run);
  log_close(run);
  input_close(run);
  describe(run, how, sizeof how);
  snprintf(run->end_line, sizeof run->end_line,
           "end %s cause=%s bytes=%llu dropped=%llu why=%s left=%zu oom=%d time=%lld started=%lld", how,
           run->cause[0] ? run->cause : "-", (unsigned long long)log->size, (unsigned long long)log->dropped,
           log->failed ? "disk_full" : log->dropped ? "cap" : "none", left, out_of_memory(run), (long long)wall_ms(),
           (long long)(run->started_at ? run->started_at : wall_ms()));
  if (run->run_file >= 0) {
    run_file_write(run->run_file, 2, run->end_line);
    close(run->run_file);
  }
  for (int i = 0; i < 2; i++) /* a process that was kept may go on to write: closing the pipe would end it */
    if (!run->options.keep || run->options.tty) watch_close(&run->streams[i].watch);
  cgroup_remove(run);
  result_tell(run);
  tell_ended(run);
}
