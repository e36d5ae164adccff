/* What the parts of the keeper know of each other. PROTOCOL.md is the contract with the outside. */
#ifndef KEEPER_H
#define KEEPER_H
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define KEEPER_VERSION "1"
#define TAIL_SIZE 65536
#define INPUT_WINDOW 65536
#define MESSAGE_LIMIT (8 << 20)
#define ID_LIMIT 64
#define CAUSE_LIMIT 32
#define SLOT_SIZE 256

/* loop.c: a descriptor that the loop watches. Its owner may be freed only between two rounds of the loop. */
struct watch {
  int fd;
  unsigned events;
  void (*ready)(struct watch *, unsigned events);
};
void loop_open(void);
void loop_round(int64_t wake_at);
void watch_open(struct watch *, int fd, unsigned events, void (*ready)(struct watch *, unsigned));
void watch_for(struct watch *, unsigned events);
void watch_close(struct watch *);
int64_t now_ms(void);  /* monotonic: for deadlines */
int64_t wall_ms(void); /* since 1970: for records */

/* log.c, tail.c: the labelled log of a run */
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
struct stream {
  struct watch watch;
  struct run *run;
  int label;
  bool wide;
};
void stream_open(struct run *, struct stream *, int fd, int label);
void stream_drain(struct stream *);
bool log_append(struct run *, int stream, int64_t time, const char *bytes, size_t length);
void log_gap(struct run *);
void log_close(struct run *);
void tail_put(struct tail **, int stream, int64_t time, const char *bytes, size_t length);
void tail_store(struct run *);

/* input.c: what clients send to a command */
struct input {
  struct watch watch;
  struct run *run;
  char *bytes;
  size_t length;
  uint64_t accepted;
  bool ending, terminal;
};
void input_open(struct run *, int fd, bool terminal);
const char *input_put(struct run *, const char *bytes, size_t length);
void input_close(struct run *);

enum stdin_kind { STDIN_NULL, STDIN_INHERIT, STDIN_STREAM };
struct options {
  uint64_t cap, timeout, grace, nofile;
  enum stdin_kind stdin_kind;
  bool keep, inherit_env, tty;
  unsigned rows, columns;
  const char *log; /* where the log goes when not beside .run; lives as long as the request */
};

/* What is under way against a tree: nothing, the time it has to end by itself, the time after a signal, the end. */
enum phase { LIVE, LINGER, GRACE, KILLING };
struct run {
  struct run *next;
  char id[ID_LIMIT + 1], cause[CAUSE_LIMIT + 1], end_line[SLOT_SIZE];
  char *prefix, *log_prefix;
  struct options options;
  pid_t pid;
  uint64_t mark, oom_before, told_size;
  int cgroup, run_file, status, spawn_errno, spawn_stage;
  unsigned cgroup_number;
  bool reaped, ended, forgotten;
  int64_t started_at, timeout_at, deadline, tick_at, tick_gap;
  enum phase phase;
  struct watch exec_report;
  struct stream streams[2];
  struct input input;
  struct log log;
};

/* runs.c: all runs that the keeper knows */
extern struct run *runs;
struct run *run_new(const char *id, const char *prefix, const char *log_prefix);
struct run *run_by_id(const char *id);
bool run_is_main(pid_t);
void runs_reap(void);
int64_t runs_tick(void);
void runs_sweep(void);
bool runs_live(void);

/* start.c, options.c, spawn.c, pty.c */
struct field { char *at; size_t length; };
enum stage { AT_CWD, AT_EXEC, AT_STDIN, AT_LOG, AT_FORK };
struct plan {
  char **argv, **env;
  const char *cwd;
  int stdio[3], report;
};
const char *start_run(struct field *, size_t count);
const char *options_parse(char *text, struct options *);
bool number_parse(const char *text, uint64_t *value);
pid_t spawn(struct run *, struct plan *);
void spawn_settle(struct run *);
int pty_open(struct options *, int *slave);
void pty_resize(int master, unsigned rows, unsigned columns);

/* end.c, run-file.c */
void run_end(struct run *, size_t left);
int run_file_open(const char *prefix);
bool run_file_write(int file, int slot, const char *text);

/* tree.c, kill.c, mark.c, cgroup.c, oom.c */
void tree_open(void);
bool tree_left(struct run *);
size_t tree_signal(struct run *, int signal);
void kill_run(struct run *, int signal, uint64_t grace, const char *cause);
void kill_step(struct run *);
void mark_open(void);
uint64_t mark_new(void);
bool mark_of(struct run *, pid_t);
void cgroup_open(void);
void cgroup_make(struct run *);
bool cgroup_populated(struct run *);
void cgroup_kill(struct run *);
size_t cgroup_list(struct run *, pid_t *pids, size_t room);
void cgroup_remove(struct run *);
void cgroup_close(void);
uint64_t oom_kills(bool fresh);

/* message.c builds, client.c carries, request.c understands */
struct client;
void message_begin(char type);
void message_text(const char *);
void message_number(uint64_t);
const char *message_bytes(size_t *length);
void clients_add(int fd);
void client_send(struct client *);
void clients_send(void);
void clients_flush(void);
size_t clients_count(void);
bool request_carry_out(struct client *, char type, struct field *, size_t count);
void tell_state(struct client *, struct run *);
void tell_started(struct run *);
void tell_input(struct run *);
void tell_ended(struct run *);
int64_t tell_grown(void);

/* socket.c */
int socket_open(const char *path, struct watch *);

#endif
