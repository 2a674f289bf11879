/* site_test_call.c - does a node reach this machine?
 *
 * Agents call home when something has ended.  Where they cannot, the engine
 * learns of it when it asks the site the next time.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"
#include "run/site/site_test_in.h"

#define BACKLOG 4
#define NAME_MAX_BYTES 256

int ft_probe_listen(int *port)
{
    struct sockaddr_in addr = { .sin_family = AF_INET };
    socklen_t len = sizeof(addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&addr, len) == 0 &&
        listen(fd, BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&addr, &len) == 0) {
        *port = ntohs(addr.sin_port);
        return fd;
    }
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

static void add_addresses(struct ft_str *out)
{
    struct ifaddrs *list = NULL;

    if (getifaddrs(&list) < 0)
        return;
    for (const struct ifaddrs *a = list; a; a = a->ifa_next) {
        char text[INET_ADDRSTRLEN];
        const struct sockaddr_in *in = (const void *)a->ifa_addr;

        if (in && in->sin_family == AF_INET &&
            !(a->ifa_flags & IFF_LOOPBACK) &&
            inet_ntop(AF_INET, &in->sin_addr, text, sizeof(text)))
            ft_str_addf(out, " %s", text);
    }
    freeifaddrs(list);
}

void ft_probe_hosts(struct ft_str *out)
{
    char name[NAME_MAX_BYTES];

    if (gethostname(name, sizeof(name)) == 0) {
        name[sizeof(name) - 1] = '\0';
        if (!strpbrk(name, " '\n"))
            ft_str_addf(out, " '%s'", name);
    }
    add_addresses(out);
    ft_str_add(out, " 127.0.0.1");
}

bool ft_probe_called(int fd, const char *word)
{
    char said[64];
    bool called = false;
    int one;

    while (!called && (one = accept4(fd, NULL, NULL,
                                     SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0) {
        ssize_t n = recv(one, said, sizeof(said), 0);

        called = n == (ssize_t)strlen(word) &&
                 memcmp(said, word, (size_t)n) == 0;
        (void)close(one);
    }
    return called;
}
