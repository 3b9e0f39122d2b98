/* Records what a program asks of its disk, for the power-cut tests.
 * Loaded with LD_PRELOAD; POWERCUT_FOLDER is the folder to watch, POWERCUT_TRACE the file to write.
 * A write to FOLDER/acked is not a disk operation but a statement: "this has been acknowledged".
 * One lock around each operation and its record, so that the trace has the order of the disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { OPEN = 1, WRITE, TRUNCATE, SYNC, UNLINK, RENAME, SYNC_FOLDER, ACK };
enum { OTHER = 0, WATCHED, ACKED, FOLDER };
#define MOST_FDS 65536

static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
static const char *folder;
static size_t folder_length;
static int trace = -1;
static uint8_t what[MOST_FDS];
static uint8_t synchronous[MOST_FDS];
static uint64_t number[MOST_FDS];

__attribute__((constructor)) static void start(void) {
    folder = getenv("POWERCUT_FOLDER");
    const char *to = getenv("POWERCUT_TRACE");
    if (folder && to) {
        folder_length = strlen(folder);
        trace = (int)syscall(SYS_openat, AT_FDCWD, to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    }
}

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length > 0) {
        long done = syscall(SYS_write, trace, at, length);
        if (done <= 0) abort();
        at += done;
        length -= (size_t)done;
    }
}

static void record(uint8_t op, uint64_t file, int64_t offset, const char *path, const char *new_path, const void *data, size_t length) {
    unsigned char head[25];
    uint16_t p = (uint16_t)(path ? strlen(path) : 0), n = (uint16_t)(new_path ? strlen(new_path) : 0);
    uint32_t l = (uint32_t)length;
    head[0] = op;
    memcpy(head + 1, &file, 8);
    memcpy(head + 9, &offset, 8);
    memcpy(head + 17, &p, 2);
    memcpy(head + 19, &n, 2);
    memcpy(head + 21, &l, 4);
    put(head, 25);
    if (p) put(path, p);
    if (n) put(new_path, n);
    if (l) put(data, l);
}

/* The name below the watched folder, or NULL. Shared memory is no disk. */
static const char *below(const char *path) {
    if (trace < 0 || !path || strncmp(path, folder, folder_length) || path[folder_length] != '/') return NULL;
    const char *name = path + folder_length + 1;
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, "-shm") ? NULL : name;
}

static int watched(int fd) { return fd >= 0 && fd < MOST_FDS ? what[fd] : OTHER; }

static int opened(int fd, const char *path, int flags) {
    if (trace < 0 || fd < 0 || fd >= MOST_FDS) return fd;
    what[fd] = OTHER;
    if (!strcmp(path, folder)) { what[fd] = FOLDER; return fd; }
    const char *name = below(path);
    if (!name) return fd;
    if (!strcmp(name, "acked")) { what[fd] = ACKED; return fd; }
    struct stat st;
    fstat(fd, &st);
    if (S_ISDIR(st.st_mode)) return fd;
    what[fd] = WATCHED;
    number[fd] = st.st_ino;
    synchronous[fd] = (flags & (O_SYNC | O_DSYNC)) != 0;
    record(OPEN, number[fd], 0, name, NULL, NULL, 0);
    if (flags & O_TRUNC) record(TRUNCATE, number[fd], 0, NULL, NULL, NULL, 0);
    return fd;
}

/* Only the watched folder waits for the lock: to open a pipe may take for ever. */
static int open_it(int at, const char *path, int flags, mode_t mode) {
    if (trace < 0 || strncmp(path, folder, folder_length)) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&gate);
    int fd = opened((int)syscall(SYS_openat, at, path, flags, mode), path, flags);
    pthread_mutex_unlock(&gate);
    return fd;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }
int open(const char *path, int flags, ...) { MODE(flags) return open_it(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_it(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_it(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_it(at, path, flags | O_LARGEFILE, mode); }

static ssize_t write_at(int fd, const void *data, size_t length, off_t offset) {
    pthread_mutex_lock(&gate);
    ssize_t done = syscall(SYS_pwrite64, fd, data, length, offset);
    if (done > 0 && what[fd] == ACKED) record(ACK, 0, 0, NULL, NULL, data, (size_t)done);
    if (done > 0 && what[fd] == WATCHED) {
        record(WRITE, number[fd], offset, NULL, NULL, data, (size_t)done);
        if (synchronous[fd]) record(SYNC, number[fd], 0, NULL, NULL, NULL, 0);
    }
    pthread_mutex_unlock(&gate);
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
    return watched(fd) ? write_at(fd, data, length, offset) : syscall(SYS_pwrite64, fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) { return pwrite(fd, data, length, offset); }

ssize_t write(int fd, const void *data, size_t length) {
    if (!watched(fd)) return syscall(SYS_write, fd, data, length);
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t done = write_at(fd, data, length, offset);
    if (done > 0) lseek(fd, offset + done, SEEK_SET);
    return done;
}

int ftruncate(int fd, off_t length) {
    if (!watched(fd)) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&gate);
    int failed = (int)syscall(SYS_ftruncate, fd, length);
    if (!failed && what[fd] == WATCHED) record(TRUNCATE, number[fd], length, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&gate);
    return failed;
}
int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

/* No real sync: the recorded trace is what matters, and it makes thousands of commits quick. */
static int sync_it(int fd) {
    if (!watched(fd)) return 0;
    pthread_mutex_lock(&gate);
    if (what[fd] == WATCHED) record(SYNC, number[fd], 0, NULL, NULL, NULL, 0);
    if (what[fd] == FOLDER) record(SYNC_FOLDER, 0, 0, NULL, NULL, NULL, 0);
    pthread_mutex_unlock(&gate);
    return 0;
}
int fsync(int fd) { return sync_it(fd); }
int fdatasync(int fd) { return sync_it(fd); }

int close(int fd) {
    if (!watched(fd)) return (int)syscall(SYS_close, fd);
    pthread_mutex_lock(&gate);
    what[fd] = OTHER;
    int failed = (int)syscall(SYS_close, fd);
    pthread_mutex_unlock(&gate);
    return failed;
}

int unlink(const char *path) {
    pthread_mutex_lock(&gate);
    int failed = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    const char *name = below(path);
    if (!failed && name) record(UNLINK, 0, 0, name, NULL, NULL, 0);
    pthread_mutex_unlock(&gate);
    return failed;
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&gate);
    int failed = (int)syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to);
    const char *a = below(from), *b = below(to);
    if (!failed && a && b) record(RENAME, 0, 0, a, b, NULL, 0);
    pthread_mutex_unlock(&gate);
    return failed;
}
