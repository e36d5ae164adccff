/* Connections. What a client does not read is held up to a limit; then it is dropped, and no run notices. */
#include "keeper.h"
#include <sys/socket.h>

#define OUT_LIMIT (4u << 20)
#define READ_SIZE 65536
#define CLIENT_LIMIT 64

struct client {
  struct watch watch; /* first, so that the watch is the client */
  struct client *next;
  char *in, *out;
  size_t in_length, in_room, out_length, out_room;
  bool dropped, closing;
};
static struct client *clients;
static char **fields;
static size_t *lengths, field_room;

static void *grown(void *bytes, size_t *room, size_t wanted) {
  return wanted <= *room ? bytes : must(realloc(bytes, *room = wanted * 2));
}

/* Cuts a body into fields and ends each with a NUL, which overwrites the length of the next, already read. */
static bool cut_fields(char *body, size_t length, size_t *count) {
  for (size_t at = (*count = 0); at < length; at += 4 + lengths[(*count)++]) {
    uint32_t size;
    if (length - at < 4) return false;
    memcpy(&size, body + at, 4);
    if (size > length - at - 4) return false;
    if (*count + 3 > field_room) { /* two more for the NULLs that end lists of strings */
      field_room = field_room * 2 + 64;
      fields = must(realloc(fields, field_room * sizeof *fields));
      lengths = must(realloc(lengths, field_room * sizeof *lengths));
    }
    body[at] = 0;
    fields[*count] = body + at + 4;
    lengths[*count] = size;
  }
  return true;
}

/* One message; false when the peer is broken. The byte behind it may belong to the next and is put back. */
static bool carry_out(struct client *client, char *message, size_t length) {
  size_t count;
  char saved = message[length];
  message[length] = 0;
  bool fine = cut_fields(message + 1, length - 1, &count) &&
              request_carry_out(client, message[0], fields, lengths, count);
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
  memmove(client->in, client->in + at, client->in_length -= at);
  if (client->closing) tell(client, 'x', "sss", "", "", "this is no message of the protocol");
}

static void client_ready(struct watch *watch, unsigned events) {
  struct client *client = (struct client *)watch;
  if (events == EPOLLOUT) return; /* what waits to be sent is flushed at the end of the round */
  client->in = grown(client->in, &client->in_room, client->in_length + READ_SIZE + 1);
  ssize_t count = read(watch->fd, client->in + client->in_length, READ_SIZE);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  client->dropped |= count <= 0;
  if (count <= 0 || client->closing) return;
  client->in_length += (size_t)count;
  carry_out_all(client);
}

void clients_add(int fd) {
  struct client *client = must(calloc(1, sizeof *client));
  client->closing = clients_count() >= CLIENT_LIMIT;
  watch_open(&client->watch, fd, EPOLLIN, client_ready);
  client->next = clients;
  clients = client;
  tell(client, 'h', "sn", KEEPER_VERSION, (uint64_t)getpid());
}

void clients_send(struct client *only, const char *bytes, size_t length) {
  for (struct client *client = only ? only : clients; client; client = only ? NULL : client->next) {
    client->dropped |= client->out_length + length > OUT_LIMIT;
    if (client->dropped) continue;
    client->out = grown(client->out, &client->out_room, client->out_length + length);
    memcpy(client->out + client->out_length, bytes, length);
    client->out_length += length;
  }
}

static void flush(struct client *client) {
  for (ssize_t sent; client->out_length > 0 && !client->dropped;) {
    if (inside) sent = write(1, client->out, client->out_length); /* waits, and so does then the command */
    else if (client->watch.fd == 0) sent = (ssize_t)client->out_length; /* alone: nobody reads, and the files say it too */
    else sent = send(client->watch.fd, client->out, client->out_length, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) return;
    if (sent < 0 && errno != EINTR) client->dropped = true;
    if (sent > 0) memmove(client->out, client->out + sent, client->out_length -= (size_t)sent);
  }
}

/* Sends what the round gathered, and lets go of those who are gone. */
void clients_flush(void) {
  for (struct client **at = &clients, *client; (client = *at);) {
    flush(client);
    if (!client->dropped && !client->closing) {
      watch_for(&client->watch, client->out_length ? EPOLLIN | EPOLLOUT : EPOLLIN);
      at = &client->next;
      continue;
    }
    *at = client->next;
    watch_close(&client->watch);
    free(client->in);
    free(client->out);
    free(client);
  }
}

size_t clients_count(void) {
  size_t count = 0;
  for (struct client *client = clients; client; client = client->next) count++;
  return count;
}
