/* The runs that the keeper knows: alive, or ended and not yet forgotten. */
#include "keeper.h"
#include <sys/wait.h>

struct run *runs;

struct run *run_new(const char *id, const char *log_prefix) {
  struct run *run = must(calloc(1, sizeof *run));
  run->log_prefix = must(strdup(log_prefix));
  strcpy(run->id, id);
  run->exec_report.fd = run->input.watch.fd = run->streams[0].watch.fd = run->streams[1].watch.fd = -1;
  run->log.bytes = run->log.index = run->cgroup = run->run_file = run->result = -1;
  run->tick_at = -1;
  run->next = runs;
  return runs = run;
}

struct run *run_by_id(const char *id) {
  struct run *run = runs;
  while (run && (run->forgotten || strcmp(run->id, id) != 0)) run = run->next;
  return run;
}

static struct run *run_of(pid_t main) {
  struct run *run = runs;
  while (run && (run->pid != main || run->reaped)) run = run->next;
  return run;
}

bool run_is_main(pid_t pid) { return run_of(pid) != NULL; }

/* Collects the dead: main commands, and orphans that came to the subreaper. Their trees may be empty now. */
void runs_reap(void) {
  int status;
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    struct run *run = run_of(pid);
    if (!run) continue;
    run->reaped = true;
    run->status = status;
    spawn_settle(run);
  }
  for (struct run *run = runs; run; run = run->next)
    if (run->reaped && !run->ended) kill_step(run);
}

/* Carries out what is due. Answers when the next thing is, -1 for never. */
int64_t runs_tick(void) {
  int64_t next = INT64_MAX, now = now_ms();
  for (struct run *run = runs; run; run = run->next) {
    if (!run->ended && run->timeout_at && now >= run->timeout_at) {
      run->timeout_at = 0;
      if (!run->reaped) kill_run(run, SIGTERM, run->options.grace, "timed_out");
    }
    if (!run->ended && run->tick_at >= 0 && now >= run->tick_at) kill_step(run);
    if (!run->ended && run->timeout_at && run->timeout_at < next) next = run->timeout_at;
    if (!run->ended && run->tick_at >= 0 && run->tick_at < next) next = run->tick_at;
  }
  return next == INT64_MAX ? -1 : next;
}

/* Frees forgotten runs; what a kept child still writes is read into nowhere until it closes its end. */
void runs_sweep(void) {
  for (struct run **at = &runs, *run; (run = *at);) {
    if (run->forgotten && run->streams[0].watch.fd < 0 && run->streams[1].watch.fd < 0) {
      *at = run->next;
      free(run->log_prefix);
      free(run);
    } else {
      at = &run->next;
    }
  }
}

bool runs_live(void) {
  struct run *run = runs;
  while (run && run->ended) run = run->next;
  return run != NULL;
}
