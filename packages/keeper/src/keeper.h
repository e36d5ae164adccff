/* What the parts of the keeper know of each other. PROTOCOL.md is the contract with the outside. */
#ifndef KEEPER_H
#define KEEPER_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define KEEPER_VERSION "1"
#define MESSAGE_LIMIT (8u << 20)
#define INPUT_WINDOW 65536
#define TAIL_SIZE 65536
#define SLOT_SIZE 256
#define ID_LIMIT 64
#define CAUSE_LIMIT 32
#define PATH_SIZE 4200 /* of the folder of a cgroup, and a name */

/* loop.c: a descriptor that the loop watches; its owner may be freed only between two rounds */
struct watch { int fd; unsigned events; void (*ready)(struct watch *, unsigned events); };
void loop_open(void);
void loop_round(int64_t wake_at); /* -1: no need to wake */
void watch_open(struct watch *, int fd, unsigned events, void (*ready)(struct watch *, unsigned));
void watch_for(struct watch *, unsigned events);
void watch_close(struct watch *);
int64_t now_ms(void);  /* monotonic: for deadlines */
int64_t wall_ms(void); /* since 1970: for records */
void *must(void *allocated);
ssize_t read_text(int folder, const char *path, char *text, size_t size);

enum { GAP, STDOUT, STDERR };
struct tail;
struct log {
  int bytes, index; /* descriptors, -1 until the first byte */
  uint64_t size, seen, cap, records, dropped;
  int64_t last_time;
  int last_stream;
  bool failed; /* the disk took no more */
  struct tail *tail;
};
struct stream { struct watch watch; struct run *run; int label; bool wide; };
struct input { struct watch watch; struct run *run; char *bytes; size_t length; uint64_t accepted; bool ending; };

enum stdin_kind { STDIN_NULL, STDIN_INHERIT, STDIN_STREAM };
struct options {
  uint64_t cap, timeout, grace, nofile, keep;
  enum stdin_kind stdin_kind;
  bool inherit_env, tty;
  unsigned rows, columns;
  const char *log;
};

/* What is under way against a tree: nothing, the time it has to end by itself, the time after a signal, the end. */
enum phase { LIVE, LINGER, GRACE, KILLING };
struct run {
  struct watch exec_report; /* first, so that the watch is the run */
  struct run *next;
  char id[ID_LIMIT + 1], cause[CAUSE_LIMIT + 1], end_line[SLOT_SIZE], *log_prefix;
  struct options options;
  pid_t pid;
  uint64_t mark, oom_before, told_size;
  int cgroup, run_file, result, status, spawn_errno, spawn_stage;
  unsigned cgroup_number;
  bool reaped, ended, forgotten;
  int64_t started_at, timeout_at, deadline, tick_at, tick_gap;
  enum phase phase;
  struct stream streams[2];
  struct input input;
  struct log log;
};
extern struct run *runs;

/* runs.c, start.c, options.c, spawn.c, run-file.c, end.c: the life of a run */
struct run *run_new(const char *id, const char *log_prefix);
struct run *run_by_id(const char *id);
bool run_is_main(pid_t), runs_live(void);
void runs_reap(void), runs_sweep(void);
int64_t runs_tick(void);
enum stage { AT_CWD, AT_EXEC, AT_STDIN, AT_LOG, AT_FORK };
struct plan { char **argv, **env; const char *cwd; int stdio[3], report; };
const char *start_run(char **fields, const size_t *lengths, size_t count);
const char *options_parse(char *text, struct options *);
bool number_parse(const char *text, uint64_t *value);
pid_t spawn(struct run *, struct plan *);
void spawn_settle(struct run *);
int run_file_open(const char *prefix);
bool run_file_write(int file, int slot, const char *text);
void run_end(struct run *, size_t left);

/* stream.c, log.c, tail.c, input.c: what commands write and read */
void stream_open(struct run *, struct stream *, int fd, int label), stream_drain(struct stream *);
bool log_append(struct run *, int stream, int64_t time, const char *bytes, size_t length);
void log_take(struct run *, int stream, const char *bytes, size_t length), log_close(struct run *);
bool log_record(struct log *, int stream, int64_t time);
void tail_put(struct tail **, int stream, int64_t time, const char *bytes, size_t length);
void tail_store(struct run *);
void input_open(struct run *, int fd), input_close(struct run *);
const char *input_put(struct run *, const char *bytes, size_t length);

/* tree.c, kill.c, mark.c, cgroup.c, oom.c: the processes of a run */
void tree_open(void);
bool tree_left(struct run *);
size_t tree_signal(struct run *, int signal);
void kill_run(struct run *, int signal, uint64_t grace, const char *cause), kill_step(struct run *);
void mark_open(void);
uint64_t mark_new(void);
bool mark_of(struct run *, pid_t);
void cgroup_open(void), cgroup_close(void), cgroup_make(struct run *), cgroup_remove(struct run *), cgroup_kill(struct run *);
bool cgroup_find(const char *line, const char *mounted, char *path, size_t size), cgroup_populated(struct run *);
char *cgroup_processes(struct run *);
uint64_t oom_kills(bool fresh);

/* socket.c listens, client.c carries, message.c builds, request.c understands and tells */
struct client;
int socket_open(const char *path, struct watch *, void (*ready)(struct watch *, unsigned));
int socket_accept(int listener), socket_connect(const char *path); /* -1: nobody of ours */
void clients_add(int fd), clients_flush(void), clients_send(struct client *only, const char *bytes, size_t length);
size_t clients_count(void);
void message_begin(char type), message_add(const char *kinds, ...), message_send(struct client *only);
void tell(struct client *only, char type, const char *kinds, ...); /* kinds: s text, n uint64_t, b bytes and size_t; NULL: to all */
bool request_carry_out(struct client *, char type, char **fields, const size_t *lengths, size_t count);
void tell_input(struct run *), tell_ended(struct run *);
int64_t tell_grown(void);

/* host.c, call.c: programs that are kept warm */
int host(const char *path, uint64_t idle, char **argv), call(const char *path), end_as(char kind, int number);

/* relay.c, inside.c: a command in a container, and the keeper there */
extern bool inside;
int relay(char **argv);
void inside_run(void);

/* result.c: what it reports */
void result_open(struct run *), result_name(struct run *), result_tell(struct run *);

/* hold.c: the first process of a container */
int hold(uint64_t lease, char **argv), renew(uint64_t lease);
#endif
