/* epoll's calls over poll, in poll.c. poll does not say what came first, so that stdout and stderr may change places. */
#include <poll.h>
#include <stdint.h>
#define EPOLLIN POLLIN
#define EPOLLOUT POLLOUT
#define EPOLLERR POLLERR
#define EPOLLHUP POLLHUP
#define EPOLL_CLOEXEC 0
enum { EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL };
struct epoll_event { uint32_t events; union { void *ptr; } data; };
int epoll_create1(int flags), epoll_ctl(int poller, int how, int fd, struct epoll_event *);
int epoll_wait(int poller, struct epoll_event *ready, int room, int wait);
