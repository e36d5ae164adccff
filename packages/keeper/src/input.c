/* Standard input from clients: a window of 64 KiB that is passed on as the command reads. */
#include "keeper.h"

static void send_now(struct input *input) {
  ssize_t count = input->length ? write(input->watch.fd, input->bytes, input->length) : 0;
  if (count < 0 && errno != EAGAIN && errno != EINTR) return input_close(input->run);
  if (count > 0) {
    memmove(input->bytes, input->bytes + count, input->length -= (size_t)count);
    input->accepted += (size_t)count;
    tell_input(input->run);
  }
  if (input->length == 0 && input->ending) input_close(input->run);
  else watch_for(&input->watch, input->length > 0 ? EPOLLOUT : 0);
}

static void input_ready(struct watch *watch, unsigned events) {
  struct input *input = (struct input *)watch;
  if (events & (EPOLLERR | EPOLLHUP)) input_close(input->run); /* nobody reads any more */
  else send_now(input);
}

void input_open(struct run *run, int fd) {
  fcntl(fd, F_SETFL, O_NONBLOCK | fcntl(fd, F_GETFL));
  watch_open(&run->input.watch, fd, 0, input_ready);
  run->input.run = run;
  run->input.bytes = must(malloc(INPUT_WINDOW + 1));
}

/* Takes bytes, none for the end of input. Answers a sentence when it cannot. */
const char *input_put(struct run *run, const char *bytes, size_t length) {
  struct input *input = &run->input;
  if (input->watch.fd < 0 || input->ending) return "the command takes no input";
  if (input->length + length > INPUT_WINDOW) return "more than 65536 bytes of input are under way";
  bool hang_up = length == 0 && run->options.tty; /* a terminal is not closed: its reader is told with ^D */
  input->ending = length == 0 && !hang_up;
  memcpy(input->bytes + input->length, hang_up ? "\4" : bytes, hang_up ? 1 : length);
  input->length += hang_up ? 1 : length;
  send_now(input);
  return NULL;
}

void input_close(struct run *run) {
  if (run->input.watch.fd < 0) return;
  watch_close(&run->input.watch);
  free(run->input.bytes);
  run->input.length = 0;
  tell_input(run);
}
