/* Standard input from clients: a window of 64 KiB that is passed on as the command reads. */
#include "keeper.h"
#include <sys/epoll.h>

static void send_now(struct input *input) {
  if (input->length > 0) {
    ssize_t count = write(input->watch.fd, input->bytes, input->length);
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      input_close(input->run);
      return;
    }
    if (count > 0) {
      input->length -= (size_t)count;
      memmove(input->bytes, input->bytes + count, input->length);
      input->accepted += (size_t)count;
      tell_input(input->run);
    }
  }
  if (input->length == 0 && input->ending) input_close(input->run);
  else watch_for(&input->watch, input->length > 0 ? EPOLLOUT : 0);
}

static void input_ready(struct watch *watch, unsigned events) {
  struct input *input = (struct input *)watch;
  if (events & (EPOLLERR | EPOLLHUP)) input_close(input->run); /* nobody reads any more */
  else send_now(input);
}

void input_open(struct run *run, int fd, bool terminal) {
  fcntl(fd, F_SETFL, O_NONBLOCK | fcntl(fd, F_GETFL));
  watch_open(&run->input.watch, fd, 0, input_ready);
  run->input.run = run;
  run->input.terminal = terminal;
}

/* Takes bytes, none for the end of input. Answers a sentence when it cannot. */
const char *input_put(struct run *run, const char *bytes, size_t length) {
  struct input *input = &run->input;
  if (input->watch.fd < 0 || input->ending) return "the command takes no input";
  if (input->length + length > INPUT_WINDOW) return "more than 65536 bytes of input are under way";
  if (length == 0 && input->terminal) { /* a terminal is not closed: its reader is told with ^D */
    bytes = "\4";
    length = 1;
  } else {
    input->ending = length == 0;
  }
  if (!input->bytes && !(input->bytes = malloc(INPUT_WINDOW + 1))) abort();
  memcpy(input->bytes + input->length, bytes, length);
  input->length += length;
  send_now(input);
  return NULL;
}

void input_close(struct run *run) {
  bool was_open = run->input.watch.fd >= 0;
  watch_close(&run->input.watch);
  free(run->input.bytes);
  run->input.bytes = NULL;
  run->input.length = 0;
  if (was_open) tell_input(run);
}
