/* What the other parts expect of Linux and macOS calls otherwise, or has not. Put before every file of this build. */
#ifndef KEEPER_MACOS_LINUX_H
#define KEEPER_MACOS_LINUX_H
#define _DARWIN_C_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

extern char **environ;

/* calls.c */
int mac_pipe(int *pair, int flags), mac_accept(int fd, int flags), mac_socket(int family, int kind), mac_openpt(void);
int mac_peer(int fd, void *peer);
ssize_t mac_receive(int fd, struct msghdr *header);
#define pipe2(pair, flags) mac_pipe(pair, flags)
#define accept4(fd, address, length, flags) mac_accept(fd, flags)
#define socket(family, kind, protocol) mac_socket(family, kind)
#define posix_openpt(flags) mac_openpt()
#define getsockopt(fd, level, name, peer, size) ((void)(size), mac_peer(fd, peer))
#define recvmsg(fd, header, flags) mac_receive(fd, header)
#define SOCK_CLOEXEC 0x10000000
#define SOCK_NONBLOCK 0x20000000
#define SO_PEERCRED 0
struct ucred { pid_t pid; uid_t uid; gid_t gid; };
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

/* What there is nothing like: the callers have another way. */
long mac_syscall(long number, ...); /* answers ENOSYS */
#define syscall mac_syscall
#define SYS_close_range 0
#define SYS_clone3 0
#define F_SETPIPE_SZ F_GETFD /* pipes grow by themselves */
#define RLIMIT_LOCKS (-1)
#endif
