/* Terminals. */
#include "keeper.h"
#include <sys/ioctl.h>

/* Opens a pair and answers the master; -1 and errno when it cannot. */
int pty_open(struct options *options, int *slave) {
  int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  char name[64];
  if (master < 0) return -1;
  if (grantpt(master) == 0 && unlockpt(master) == 0 && ptsname_r(master, name, sizeof name) == 0)
    *slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (*slave >= 0) {
    pty_resize(master, options->rows, options->columns);
    return master;
  }
  close(master);
  return -1;
}

void pty_resize(int master, unsigned rows, unsigned columns) {
  struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
  ioctl(master, TIOCSWINSZ, &size);
}
