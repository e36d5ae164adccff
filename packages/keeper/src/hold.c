/* errand-keeper hold SECONDS [PROGRAM ARGS...]: the first process of a container, which gets signals meant for it, reaps, and ends as its program
   does; without one it only stays. When its lease is not renewed it ends, and with it by the kernel all of the container. 0: it has none.
   errand-keeper renew SECONDS, in the same container and by the same user, renews it. */
#include "keeper.h"
#include <sys/wait.h>
#include <time.h>

enum { NOT_RENEWED = 124, NOT_FOUND = 127 };
#define RENEWED SIGRTMAX

static _Noreturn void run_program(char **argv, const sigset_t *all) {
  sigprocmask(SIG_UNBLOCK, all, NULL);
  execvp(argv[0], argv);
  dprintf(2, "errand: %s: %s\n", argv[0], strerror(errno));
  _exit(errno == ENOENT ? NOT_FOUND : NOT_FOUND - 1);
}

/* Counts on while the machine sleeps. */
static int64_t boot_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Collects the dead. True when the program is among them. */
static bool reap(pid_t program, int *status) {
  bool ended = false;
  int how;
  for (pid_t pid; (pid = waitpid(-1, &how, WNOHANG)) > 0;)
    if (pid == program) ended = true, *status = WIFSIGNALED(how) ? 128 + WTERMSIG(how) : WEXITSTATUS(how);
  return ended;
}

int hold(uint64_t lease, char **argv) {
  sigset_t all;
  siginfo_t told;
  int status = 0;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, NULL);
  pid_t program = *argv ? fork() : 0;
  if (*argv && program == 0) run_program(argv, &all);
  for (int64_t until = lease ? boot_ms() + (int64_t)lease * 1000 : 0;;) {
    int number = sigtimedwait(&all, &told, &(struct timespec){.tv_sec = 1});
    if (until && boot_ms() >= until) return NOT_RENEWED;
    if (number < 0) continue;
    if (number == RENEWED && told.si_code == SI_QUEUE) until = boot_ms() + (int64_t)told.si_value.sival_int * 1000;
    else if (number == SIGCHLD && reap(program, &status)) return status;
    else if (number != SIGCHLD && program) kill(program, number);
    else if (number == SIGTERM || number == SIGINT) return 0;
  }
}

int renew(uint64_t lease) { return sigqueue(1, RENEWED, (union sigval){.sival_int = (int)lease}) < 0; }
