/* Connections. What a client does not read is held up to a limit; then it is dropped, and no run notices. */
#include "keeper.h"
#include <sys/epoll.h>
#include <sys/socket.h>

#define OUT_LIMIT (4u << 20)
#define READ_SIZE 65536
#define CLIENT_LIMIT 64

struct client {
  struct watch watch;
  struct client *next;
  char *in, *out;
  size_t in_length, in_room, out_length, out_room;
  bool dropped, closing;
};

static struct client *clients;
static struct field *fields;
static size_t field_room;

/* Cuts a body into fields and ends each with a NUL, which overwrites the length of the next, already read. */
static bool cut_fields(char *body, size_t length, size_t *count) {
  size_t at = 0;
  for (*count = 0; at < length; (*count)++) {
    uint32_t size;
    if (length - at < 4) return false;
    memcpy(&size, body + at, 4);
    if (size > length - at - 4) return false;
    if (*count == field_room) {
      field_room = field_room * 2 + 64;
      fields = realloc(fields, field_room * sizeof *fields);
      if (!fields) abort();
    }
    body[at] = 0;
    fields[*count] = (struct field){.at = body + at + 4, .length = size};
    at += 4 + size;
  }
  return true;
}

/* One message; false when the peer is broken. The byte behind it may belong to the next and is put back. */
static bool carry_out(struct client *client, char *message, size_t length) {
  size_t count;
  char saved = message[length];
  message[length] = 0;
  bool fine = cut_fields(message + 1, length - 1, &count) && request_carry_out(client, message[0], fields, count);
  message[length] = saved;
  return fine;
}

static void carry_out_all(struct client *client) {
  size_t at = 0;
  while (!client->closing && client->in_length - at >= 4) {
    uint32_t length;
    memcpy(&length, client->in + at, 4);
    client->closing = length < 1 || length > MESSAGE_LIMIT;
    if (client->closing || client->in_length - at - 4 < length) break;
    client->closing = !carry_out(client, client->in + at + 4, length);
    at += 4 + (size_t)length;
  }
  client->in_length -= at;
  memmove(client->in, client->in + at, client->in_length);
  if (!client->closing) return;
  message_begin('x');
  message_text("");
  message_text("");
  message_text("this is no message of the protocol");
  client_send(client);
}

static void client_ready(struct watch *watch, unsigned events) {
  struct client *client = (struct client *)watch;
  if (!(events & ~(unsigned)EPOLLOUT)) return; /* what waits to be sent is flushed at the end of the round */
  if (client->in_length + READ_SIZE + 1 > client->in_room) {
    client->in_room = (client->in_length + READ_SIZE) * 2;
    client->in = realloc(client->in, client->in_room);
    if (!client->in) abort();
  }
  ssize_t count = read(watch->fd, client->in + client->in_length, READ_SIZE);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  client->dropped |= count <= 0;
  if (count <= 0 || client->closing) return;
  client->in_length += (size_t)count;
  carry_out_all(client);
}

void clients_add(int fd) {
  struct client *client = clients_count() < CLIENT_LIMIT ? calloc(1, sizeof *client) : NULL;
  if (!client) {
    close(fd);
    return;
  }
  watch_open(&client->watch, fd, EPOLLIN, client_ready);
  client->next = clients;
  clients = client;
  message_begin('h');
  message_text(KEEPER_VERSION);
  message_number((uint64_t)getpid());
  client_send(client);
}

void client_send(struct client *client) {
  size_t length;
  const char *bytes = message_bytes(&length);
  if (client->out_length + length > OUT_LIMIT) client->dropped = true;
  if (client->dropped) return;
  if (client->out_length + length > client->out_room) {
    client->out_room = (client->out_length + length) * 2;
    client->out = realloc(client->out, client->out_room);
    if (!client->out) abort();
  }
  memcpy(client->out + client->out_length, bytes, length);
  client->out_length += length;
}

void clients_send(void) {
  for (struct client *client = clients; client; client = client->next) client_send(client);
}

static void flush(struct client *client) {
  if (client->out_length == 0) return;
  ssize_t sent = send(client->watch.fd, client->out, client->out_length, MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) client->dropped = true;
  if (sent > 0) {
    client->out_length -= (size_t)sent;
    memmove(client->out, client->out + sent, client->out_length);
  }
}

/* Sends what the round gathered, and lets go of those who are gone. */
void clients_flush(void) {
  for (struct client **at = &clients; *at;) {
    struct client *client = *at;
    flush(client);
    if (client->dropped || client->closing) {
      *at = client->next;
      watch_close(&client->watch);
      free(client->in);
      free(client->out);
      free(client);
      continue;
    }
    watch_for(&client->watch, client->out_length ? EPOLLIN | EPOLLOUT : EPOLLIN);
    at = &client->next;
  }
}

size_t clients_count(void) {
  size_t count = 0;
  for (struct client *client = clients; client; client = client->next) count++;
  return count;
}
