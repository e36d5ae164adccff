/* errand-keeper relay ENGINE CONTAINER END RESULT OPTIONS FOLDER PROGRAM ARGS...: a command in a container, as a command like any other. It has the
   engine start `errand-keeper inside` there (inside.c), speaks the protocol with it over that one stream, and ends as the command did. */
#include "keeper.h"
#include <netdb.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>

#define PLACE "/.errand/keeper"
#define LOOK_MS 100
#define LOOKS 30

static const char *engine, *container, *end_file, *result_file;
static int line = -1, signal_pipe[2];
static char text[65536]; /* what the engine answers, and what the other end says beside the protocol */
static struct buffer { char *bytes; size_t length, room; } in, out;
static uint64_t sent, accepted;
static bool takes_input, terminal, entered;

static void on_signal(int number) {
  int saved = errno;
  if (write(signal_pipe[1], &(char){(char)number}, 1) < 0) errno = saved;
  errno = saved;
}

static void put(struct buffer *buffer, const void *bytes, size_t length) {
  if (buffer->length + length > buffer->room) buffer->bytes = must(realloc(buffer->bytes, buffer->room = (buffer->length + length) * 2));
  memcpy(buffer->bytes + buffer->length, bytes, length);
  buffer->length += length;
}

static void drop(struct buffer *buffer, size_t length) { memmove(buffer->bytes, buffer->bytes + length, buffer->length -= length); }

static uint32_t number_at(const char *bytes) {
  uint32_t number;
  memcpy(&number, bytes, 4);
  return number;
}

static bool write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t count = write(fd, bytes, length);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes += count, length -= (size_t)count;
  }
  return true;
}

/* How it ended, for the agent: the exit status alone cannot tell. */
static _Noreturn void end(int status, const char *kind, const char *about) {
  int file = open(end_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0) dprintf(file, "%s%.1500s\n", kind, about);
  _exit(status);
}

static int connect_engine(void) {
  char host[256], *port;
  struct addrinfo wish = {.ai_socktype = SOCK_STREAM}, *found = NULL;
  if (strncmp(engine, "unix://", 7) == 0) return socket_connect(engine + 7);
  snprintf(host, sizeof host, "%s", strncmp(engine, "tcp://", 6) == 0 ? engine + 6 : engine);
  port = strrchr(host, ':');
  if (port) *port++ = 0;
  if (!port || getaddrinfo(host, port, &wish, &found) != 0) return errno = EHOSTUNREACH, -1;
  int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(fd, found->ai_addr, found->ai_addrlen) < 0) close(fd), fd = -1;
  freeaddrinfo(found);
  return fd;
}

/* The answer's head and, where it has one, its body; what follows it stays in the line. Answers the status, 0 for none. */
static int answer(void) {
  size_t length = 0, body = 0;
  char *head_end = NULL;
  while (length < sizeof text - 1 && !(head_end && body == 0)) {
    size_t wanted = head_end ? body : 1; /* the bytes behind the head may be the stream already */
    ssize_t count = read(line, text + length, wanted < sizeof text - 1 - length ? wanted : sizeof text - 1 - length);
    if (count <= 0 && errno != EINTR) break;
    if (count <= 0) continue;
    text[length += (size_t)count] = 0;
    if (head_end) body -= (size_t)count;
    else if (length > 3 && (head_end = strstr(text + length - 4, "\r\n\r\n"))) {
      char *size = strcasestr(text, "\r\nContent-Length:");
      body = size ? strtoull(size + 17, NULL, 10) : strcasestr(text, "\r\nTransfer-Encoding:") ? sizeof text : 0;
    }
  }
  return strncmp(text, "HTTP/1.1 ", 9) == 0 ? atoi(text + 9) : 0;
}

static int ask(const char *method, const char *path, const char *head, const char *body) {
  char request[2048];
  int length = snprintf(request, sizeof request, "%s %s HTTP/1.1\r\nHost: engine\r\n%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                        method, path, head, strlen(body), body);
  text[0] = 0;
  return write_all(line, request, (size_t)length) ? answer() : 0;
}

/* The text behind a key of the engine's answer, cut off where it ends. */
static char *value_of(const char *key) {
  char *found = strstr(text, key), *value = found ? found + strlen(key) : NULL;
  if (value) value[strcspn(value, "\"")] = 0;
  return value;
}

/* The container is gone, has run out of memory, or nobody knows; it may take the engine a moment to notice. */
static _Noreturn void lost(const char *about) {
  char path[512];
  snprintf(path, sizeof path, "/containers/%s/json", container);
  for (int i = 0; i < LOOKS; i++, usleep(LOOK_MS * 1000)) {
    close(line);
    int status = (line = connect_engine()) < 0 ? 0 : ask("GET", path, "Connection: close\r\n", "");
    bool stopped = status == 200 && strstr(text, "\"Running\":false");
    if (stopped && strstr(text, "\"OOMKilled\":true")) end(125, "out_of_memory", "");
    if (stopped || status == 404) end(125, "gone", "");
  }
  end(125, "lost ", about);
}

static _Noreturn void refused(const char *what) {
  char *message = value_of("\"message\":\"");
  char about[1024];
  snprintf(about, sizeof about, "%s: %s", what, message ? message : errno ? strerror(errno) : "no answer");
  if (strstr(about, "No such container") || strstr(about, "is not running")) lost(about);
  end(125, "refused ", about);
}

static void enter(void) {
  char path[512];
  errno = 0;
  if ((line = connect_engine()) < 0) refused("the Docker engine cannot be reached");
  snprintf(path, sizeof path, "/containers/%s/exec", container);
  if (ask("POST", path, "", "{\"AttachStdin\":true,\"AttachStdout\":true,\"AttachStderr\":true,\"Cmd\":[\"" PLACE "\",\"inside\"]}") != 201)
    refused("the container cannot be entered");
  const char *id = value_of("\"Id\":\"");
  snprintf(path, sizeof path, "/exec/%s/start", id ? id : "");
  int status = ask("POST", path, "Connection: Upgrade\r\nUpgrade: tcp\r\n", "{\"Detach\":false,\"Tty\":false}");
  if (status != 101 && status != 200) refused("the container cannot be entered");
}

static void say(char type, const char *const *fields, const size_t *lengths, size_t count) {
  uint32_t body = 1;
  for (size_t i = 0; i < count; i++) body += 4 + (uint32_t)lengths[i];
  put(&out, &body, 4);
  put(&out, &type, 1);
  for (size_t i = 0; i < count; i++) put(&out, &(uint32_t){(uint32_t)lengths[i]}, 4), put(&out, fields[i], lengths[i]);
}

static void say_texts(char type, const char *const *fields) {
  size_t lengths[8], count = 0;
  for (; fields[count]; count++) lengths[count] = strlen(fields[count]);
  say(type, fields, lengths, count);
}

static void say_start(const char *options, const char *folder, char **argv) {
  size_t count = 5, argc = 0, total;
  char digits[24];
  for (; argv[argc]; argc++) continue;
  for (total = count + argc; environ[total - count - argc]; total++) continue;
  const char **fields = must(calloc(total, sizeof *fields));
  size_t *lengths = must(calloc(total, sizeof *lengths));
  snprintf(digits, sizeof digits, "%zu", argc);
  memcpy(fields, (const char *[]){"r", "-", options, folder, digits}, count * sizeof *fields);
  memcpy(fields + count, argv, argc * sizeof *fields);
  memcpy(fields + count + argc, environ, (total - count - argc) * sizeof *fields);
  for (size_t i = 0; i < total; i++) lengths[i] = strlen(fields[i]);
  say('S', fields, lengths, total);
  free(fields), free(lengths);
}

static void say_size(void) {
  struct winsize size;
  char rows[8], columns[8];
  if (ioctl(0, TIOCGWINSZ, &size) < 0) return;
  snprintf(rows, sizeof rows, "%u", size.ws_row), snprintf(columns, sizeof columns, "%u", size.ws_col);
  say_texts('W', (const char *[]){"r", rows, columns, NULL});
}

/* TERM and INT go to the tree inside, which gets its own grace; USR1 is its end at once. */
static void pass_signal(const char *grace) {
  char number = 0;
  if (read(signal_pipe[0], &number, 1) != 1) return;
  if (number == SIGWINCH) return say_size();
  const char *name = number == SIGTERM ? "15" : number == SIGINT ? "2" : "9";
  say_texts('K', (const char *[]){"r", name, number == SIGUSR1 ? "0" : grace, "ended", NULL});
}

static void pass_input(void) {
  static char bytes[INPUT_WINDOW];
  ssize_t count = read(0, bytes, INPUT_WINDOW - (size_t)(sent - accepted));
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) takes_input = false; /* the end; of a terminal, that nobody holds it any more */
  say('I', (const char *[]){"r", bytes}, (size_t[]){1, count > 0 ? (size_t)count : 0}, 2);
  if (count > 0) sent += (size_t)count;
}

/* Ends as the command did, see call.c. */
static _Noreturn void ended(char *how) {
  int number = atoi(how + strcspn(how, "0123456789"));
  int file = open(end_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file >= 0) dprintf(file, "%s\n", how), close(file);
  _exit(end_as(strncmp(how, "end signaled", 12) == 0 ? 's' : 'x', strncmp(how, "end spawn", 9) == 0 ? 127 : number));
}

static void keep_result(const char *bytes, size_t length) {
  int file = open(result_file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return;
  write_all(file, bytes, length);
  close(file);
}

/* One message of the keeper inside; its fields are the id, and then what it is about. */
static void hear(char type, char *fields, size_t length) {
  char *parts[3] = {"", "", ""};
  size_t lengths[3] = {0}, at = 0;
  for (int i = 0; i < 3 && at + 4 <= length; i++, at += lengths[i - 1]) {
    uint32_t size = number_at(fields + at);
    fields[at] = 0; /* ends the part before it */
    if (size > length - at - 4) return;
    parts[i] = fields + (at += 4), lengths[i] = size;
  }
  fields[length] = 0;
  if (type == 'o') write_all(*parts[1] == '2' ? 2 : 1, parts[2], lengths[2]);
  if (type == 'v') keep_result(parts[1], lengths[1]);
  if (type == 'e') ended(parts[1]);
  if (type == 'x') end(125, "refused ", parts[2]);
  if (type != 'i') return;
  accepted = strtoull(parts[1], NULL, 10);
  if (*parts[2] == 'c') takes_input = false, close(0); /* whoever writes to us learns that nobody reads */
}

/* Whole messages of what came; the engine packs them into pieces of its own: u8 stream, 3 zeros, u32 length in network order. */
static void unpack(const char *bytes, size_t length) {
  static struct buffer pieces;
  put(&pieces, bytes, length);
  for (size_t size; pieces.length >= 8 && pieces.length - 8 >= (size = ntohl(number_at(pieces.bytes + 4))); drop(&pieces, 8 + size)) {
    char *piece = pieces.bytes + 8;
    bool ours = pieces.bytes[0] == 1 && (entered || (size > 4 && piece[4] == 'h'));
    if (ours) entered = true, put(&in, piece, size);
    else snprintf(text, sizeof text, "%.*s", (int)(size < 1000 ? size : 1000), piece); /* such as: no such file */
  }
  size_t at = 0;
  put(&in, "", 1), in.length--; /* room for a NUL behind the last message */
  for (size_t size; in.length - at >= 5 && in.length - at - 4 >= (size = number_at(in.bytes + at)); at += 4 + size) {
    char *message = in.bytes + at + 4, saved = message[size];
    hear(message[0], message + 1, size - 1);
    message[size] = saved;
  }
  drop(&in, at);
}

static void hear_line(void) {
  static char bytes[65536];
  ssize_t count = read(line, bytes, sizeof bytes);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count > 0) return unpack(bytes, (size_t)count);
  text[strcspn(text, "\r\n")] = 0;
  if (!entered && *text) end(125, "refused the container cannot be entered: ", text);
  lost("the connection to the container broke");
}

static void send_line(void) {
  ssize_t count = send(line, out.bytes, out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0) drop(&out, (size_t)count);
}

static void raw_terminal(void) {
  struct termios mode;
  terminal = tcgetattr(0, &mode) == 0;
  if (!terminal) return;
  cfmakeraw(&mode);
  tcsetattr(0, TCSANOW, &mode);
}

int relay(char **argv) {
  const char *options = argv[4], *grace = strstr(options, "grace=");
  char grace_ms[24] = "0";
  engine = argv[0], container = argv[1], end_file = argv[2], result_file = argv[3];
  if (grace) snprintf(grace_ms, sizeof grace_ms, "%.*s", (int)strspn(grace + 6, "0123456789"), grace + 6);
  if (pipe2(signal_pipe, O_CLOEXEC | O_NONBLOCK) < 0) return 1;
  signal(SIGTERM, on_signal), signal(SIGINT, on_signal), signal(SIGUSR1, on_signal), signal(SIGWINCH, on_signal);
  signal(SIGPIPE, SIG_IGN), signal(SIGHUP, SIG_IGN);
  raw_terminal();
  enter();
  text[0] = 0;
  takes_input = strstr(options, "stdin=stream") || terminal;
  say_start(options, argv[5], argv + 6);
  if (terminal) say_size();
  for (;;) {
    struct pollfd watched[3] = {{line, (short)(out.length ? POLLIN | POLLOUT : POLLIN), 0}, {signal_pipe[0], POLLIN, 0},
                                {takes_input && sent - accepted < INPUT_WINDOW ? 0 : -1, POLLIN, 0}};
    if (poll(watched, 3, -1) < 0) continue;
    if (watched[1].revents) pass_signal(grace_ms);
    if (watched[2].revents) pass_input();
    if (watched[0].revents & POLLOUT) send_line();
    if (watched[0].revents & ~POLLOUT) hear_line();
  }
}
