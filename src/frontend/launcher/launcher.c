/*
 * The launcher of the one-shot frontend: a CGI program that decides nothing. While a lease (../lease-format.ts) is valid it does what that
 * says, else it becomes the frontend, which decides. It converses as ../converse.ts does. Built with absolute paths SCRIPT and LEASE.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
enum { FORWARD = 1, SHED = 2, CUT = 74, ROOM = 65536, PREFIX = 16, SAFELY = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC };
static struct lease {
    char magic[8], boot[40];
    uint64_t expires_ms, renew_ms;
    uint32_t kind, connect_ms, timeout_ms, address_size, claimed, pages, page_sizes[8];
    char address[112], use[512], slots[512], counts[2][512];
    uint64_t size;
} *lease;
static char up[PREFIX + ROOM], down[ROOM + 4], slot[600], boot[40];
static void become_frontend(void) {
    execve(SCRIPT, (char *[]){SCRIPT, NULL}, environ);
    fprintf(stderr, "spillway: %s cannot be run: %s\n", SCRIPT, strerror(errno));
    exit((puts("Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\nThis page cannot be shown."), 1));
}
static int age(void) { /* 2: not valid; 1: to be renewed. BOOTTIME goes on while the machine sleeps: no lease wakes up with it */
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    uint64_t ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
    return ms >= lease->expires_ms || lease->expires_ms - ms > 60000 ? 2 : ms >= lease->renew_ms;
}
static void take_lease(void) {
    struct stat found;
    int file = open(LEASE, O_RDWR | SAFELY), id = open("/proc/sys/kernel/random/boot_id", O_RDONLY | SAFELY);
    if (file < 0 || fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || (found.st_mode & 022) != 0 ||
        (found.st_uid != geteuid() && found.st_uid != 0) || found.st_size < (off_t)sizeof *lease) become_frontend();
    lease = mmap(NULL, (size_t)found.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (lease == MAP_FAILED || memcmp(lease->magic, "SPWLEAS1", 8) != 0 || id < 0 || read(id, boot, 36) != 36 ||
        memcmp(boot, lease->boot, 40) != 0 || lease->size != (uint64_t)found.st_size || lease->kind > SHED || age() == 2) become_frontend();
    if (age() == 1 && __sync_bool_compare_and_swap(&lease->claimed, 0, 1)) become_frontend(); /* one renews it, the others go on */
}
static void count(const char *path) { if (write(open(path, O_WRONLY | O_APPEND | SAFELY), "", 1) < 0) return; } /* a count is a file's size */
/* Counts as one that lives, as LiveSlots do: a name made of process id and start time, which is field 22 of proc_pid_stat(5). */
static void enter_slot(void) {
    char *at = read(open("/proc/self/stat", O_RDONLY | SAFELY), down, ROOM) > 0 ? strrchr(down, ')') : NULL;
    for (int field = 2; at != NULL && field < 22; field++) at = strchr(at + 1, ' ');
    if (at != NULL) snprintf(slot, sizeof slot, "%s/%d-%.*s-forward", lease->slots, (int)getpid(), (int)strcspn(at + 1, " "), at + 1);
    if (symlink(".", slot) != 0) slot[0] = 0;
}
/* The rest of a body that nobody wants: left there, it may have the web server reset the visitor's connection, answer and all. */
static int finish(int status, uint64_t unread) {
    struct pollfd input = {0, POLLIN, 0};
    for (ssize_t got; unread > 0 && poll(&input, 1, 5000) > 0 && (got = read(0, up, unread < ROOM ? unread : ROOM)) > 0;) unread -= (uint64_t)got;
    return status;
}
static int send_page(uint64_t unread) { /* one of several, which differ in when to come back */
    uint32_t before = 0, which = lease->pages > 0 ? (uint32_t)getpid() % lease->pages : 0, size = lease->page_sizes[which];
    const char *page = (const char *)(lease + 1);
    while (before < which) page += lease->page_sizes[before++];
    for (ssize_t sent; size > 0; page += sent, size -= (uint32_t)sent)
        if ((sent = write(1, page, size)) < 0) return CUT;
    return finish(0, unread);
}
/* The netstring of variables, each name once: never HTTP_PROXY (httpoxy), nor what the web server itself was started with. */
static char *encode_head(uint64_t body, char **end) {
    char prefix[PREFIX + 1], *at = up + PREFIX;
    at += sprintf(at, "CONTENT_LENGTH%c%llu%cSCGI%c1", 0, (unsigned long long)body, 0, 0) + 1;
    for (char **entry = environ, **first; *entry != NULL; entry++) {
        size_t name = strcspn(*entry, "="), size = strlen(*entry) + 1;
        for (first = environ; strncmp(*first, *entry, name + 1) != 0;) first++;
        if (first != entry || name == 0 || name + 1 == size || strncmp(*entry, "CONTENT_LENGTH=", 15) == 0 ||
            !strncmp(*entry, "SCGI=", 5) || !strncmp(*entry, "HTTP_PROXY=", 11) || !strncmp(*entry, "PATH=", 5) || !strncmp(*entry, "LD_", 3)) continue;
        if (size > (size_t)(up + sizeof up - 1 - at)) become_frontend();
        memcpy(at, *entry, size), at[name] = 0, at += size;
    }
    int digits = (*end = at + 1, *at = ',', sprintf(prefix, "%d:", (int)(at - up - PREFIX)));
    return memcpy(up + PREFIX - digits, prefix, (size_t)digits);
}
/* Bytes of the answer's head in `down`; 0: not whole yet; -1: broken. *left: bytes of its body where it says so. */
static long scan_head(long length, uint64_t *left) {
    int bodiless = getenv("REQUEST_METHOD") != NULL && strcmp(getenv("REQUEST_METHOD"), "HEAD") == 0;
    for (long at = 0, colon, value, end;; at = end + 1) {
        int cr = at < length && down[at] == '\r';
        if (at + cr >= length) return 0;
        if (down[at + cr] == '\n') return *left = bodiless ? UINT64_MAX : *left, at > 0 ? at + cr + 1 : -1;
        for (colon = at; colon < length && down[colon] > ' ' && down[colon] < 127 && down[colon] != ':';) colon++;
        if (colon < length && (down[colon] != ':' || colon == at)) return -1;
        for (end = colon; end < length && down[end] != '\n'; end++) if (down[end] == 0) return -1;
        if (end == length) return 0;
        for (value = colon + 1; down[value] == ' ' || down[value] == '\t';) value++;
        if (strncasecmp(down + at, "content-length:", 15) == 0) *left = strtoull(down + value, NULL, 10);
        if (strncasecmp(down + at, "status:", 7) == 0) bodiless |= !memcmp(down + value, "204", 3) || !memcmp(down + value, "304", 3);
    }
}
/* 0: answered; CUT; -1: nothing that could be passed on came back. *unread: bytes of the body still in standard input. */
static int pump(int daemon, const char *from, const char *to, uint64_t *unread) {
    uint64_t left = UINT64_MAX, body;
    long held = 0, sent = 0, head = 0, got;
    for (int over = 0, deaf = 0; !over || sent < held;) {
        int give = head > 0 && sent < held, feed = !over && !deaf && from < to, ask = !over && !deaf && from == to && *unread > 0;
        short want = (short)((over || give ? 0 : POLLIN) | (feed ? POLLOUT : 0));
        struct pollfd on[] = {{want ? daemon : -1, want, 0}, {ask ? 0 : -1, POLLIN, 0}, {1, give ? POLLOUT : 0, 0}};
        int ready = poll(on, 3, give || ask ? -1 : (int)lease->timeout_ms); /* what the web server holds up is not the daemon's fault */
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return head > 0 ? CUT : -1;
        if ((on[2].revents & ~POLLOUT) || (on[2].revents && (got = write(1, down + sent, (size_t)(held - sent))) < 0 && errno != EAGAIN)) return CUT;
        if (on[2].revents && got > 0 && (sent += got) == held) sent = held = 0;
        if (want & POLLIN && on[0].revents & ~POLLOUT) {
            if ((got = recv(daemon, down + held, (size_t)(ROOM - held), MSG_DONTWAIT)) < 0 && (errno == EAGAIN || errno == EINTR)) continue;
            if (got <= 0) return head == 0 ? -1 : left != UINT64_MAX || (got < 0 && lease->address[0] != AF_UNIX) ? CUT : 0;
            held += got, body = (uint64_t)(head > 0 ? got : (head = scan_head(held, &left)) > 0 ? (count(lease->counts[0]), held - head) : 0); /* the web server may end us with the answer */
            if (head < 0 || (head == 0 && held == ROOM)) return -1;
            if (head > 0 && left != UINT64_MAX)
                held -= body > left ? (long)(body - left) : 0, over = (left -= body < left ? body : left) == 0;
        }
        if (feed && on[0].revents & ~POLLIN && (got = send(daemon, from, (size_t)(to - from), MSG_DONTWAIT | MSG_NOSIGNAL)) > 0) from += got;
        else if (feed && on[0].revents & ~POLLIN) deaf = errno != EAGAIN; /* as it may be */
        if (!on[1].revents) continue;
        if ((got = read(0, up, *unread < ROOM ? *unread : ROOM)) <= 0) return CUT;
        from = up, to = up + got, *unread -= (uint64_t)got;
    }
    return 0;
}
static int converse(uint64_t unread) {
    struct timeval limit = {lease->connect_ms / 1000, lease->connect_ms % 1000 * 1000};
    int use = open(lease->use, O_RDWR | SAFELY), daemon = socket(*(sa_family_t *)lease->address, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (use < 0 || flock(use, LOCK_SH | LOCK_NB) != 0 || setsockopt(daemon, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0) become_frontend();
    char *end, *from = encode_head(unread, &end);
    enter_slot(), futimens(use, NULL); /* by which the keeper sees how long ago the daemon was used */
    long took = connect(daemon, (struct sockaddr *)lease->address, lease->address_size);
    if (took == 0 && age() < 2) took = send(daemon, from, (size_t)(end - from), MSG_DONTWAIT | MSG_NOSIGNAL); /* to connect may outlast it */
    if (took <= 0) unlink(slot), become_frontend();
    int flags = fcntl(1, F_GETFL), status = (fcntl(1, F_SETFL, flags | O_NONBLOCK), pump(daemon, from + took, end, &unread));
    fcntl(1, F_SETFL, flags), futimens(use, NULL), unlink(slot);
    return status < 0 ? (count(lease->counts[1]), send_page(unread)) : finish(status, unread);
}
int main(void) {
    const char *text = getenv("CONTENT_LENGTH"), *length = text == NULL ? "" : text, *method = getenv("REQUEST_METHOD");
    if (strlen(length) > 15 || strspn(length, "0123456789") != strlen(length)) become_frontend();
    uint64_t unread = (take_lease(), strtoull(length, NULL, 10));
    if (lease->kind == SHED && method != NULL && strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) become_frontend(); /* it has another page */
    return lease->kind == FORWARD ? converse(unread) : (count(lease->counts[0]), send_page(unread));
}
