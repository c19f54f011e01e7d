/* Apache's C client: zookeeper_scenarios HOST:PORT PREFIX. Prints PASSED or FAILED for each scenario. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

#define WAIT_MS 20000

static const char *host;
static char failure[512];

#define CHECK(what) do { if (!(what)) { snprintf(failure, sizeof failure, "line %d: %s", __LINE__, #what); return 0; } } while (0)
#define IS(wanted, call) do { int rc_ = (call); if (rc_ != (wanted)) { \
    snprintf(failure, sizeof failure, "line %d: %s is %d", __LINE__, #call, rc_); return 0; } } while (0)

struct events {
    pthread_mutex_t lock;
    int count, connected, expired;
    char seen[64][128];
};

static void watcher(zhandle_t *zh, int type, int state, const char *path, void *context) {
    struct events *events = context;
    (void)zh;
    if (!events) return;
    pthread_mutex_lock(&events->lock);
    if (type == ZOO_SESSION_EVENT) {
        if (state == ZOO_CONNECTED_STATE) events->connected = 1;
        if (state == ZOO_EXPIRED_SESSION_STATE) events->expired = 1;
    } else if (events->count < 64) {
        snprintf(events->seen[events->count++], 128, "%d %s", type, path);
    }
    pthread_mutex_unlock(&events->lock);
}

static struct events *events_new(void) {
    struct events *events = calloc(1, sizeof *events);
    pthread_mutex_init(&events->lock, NULL);
    return events;
}

static int until(struct events *events, int *flag, int least) {
    int waited, enough = 0;
    for (waited = 0; waited < WAIT_MS && !enough; waited += 10) {
        pthread_mutex_lock(&events->lock);
        enough = *flag >= least;
        pthread_mutex_unlock(&events->lock);
        if (!enough) usleep(10000);
    }
    return enough;
}

static zhandle_t *open_with(const char *chroot, struct events *events, const clientid_t *id) {
    char address[256];
    zhandle_t *zh;
    snprintf(address, sizeof address, "%s%s", host, chroot);
    zh = zookeeper_init(address, watcher, 10000, id, events, 0);
    if (zh) until(events, &events->connected, 1);
    return zh;
}

static int make(zhandle_t *zh, const char *path, const char *data, int mode) {
    char made[256];
    return zoo_create(zh, path, data, (int)strlen(data), &ZOO_OPEN_ACL_UNSAFE, mode, made, sizeof made);
}

static int nodes(const char *root) {
    zhandle_t *zh = open_with("", events_new(), NULL);
    char path[256], made[256], data[64];
    struct Stat stat;
    struct String_vector names;
    int length = sizeof data;
    CHECK(zh);
    IS(ZOK, make(zh, root, "root", 0));
    IS(ZNODEEXISTS, make(zh, root, "root", 0));
    snprintf(path, sizeof path, "%s/none/x", root);
    IS(ZNONODE, make(zh, path, "", 0));
    IS(ZOK, zoo_get(zh, root, 0, data, &length, &stat));
    CHECK(length == 4 && !memcmp(data, "root", 4) && stat.version == 0);
    IS(ZOK, zoo_set2(zh, root, "new", 3, 0, &stat));
    CHECK(stat.version == 1 && stat.dataLength == 3);
    IS(ZBADVERSION, zoo_set(zh, root, "newer", 5, 0));
    snprintf(path, sizeof path, "%s/s-", root);
    IS(ZOK, zoo_create2(zh, path, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, made, sizeof made, &stat));
    CHECK(strstr(made, "/s-0000000000") && stat.czxid > 0);
    IS(ZNOTEMPTY, zoo_delete(zh, root, -1));
    IS(ZOK, zoo_get_children(zh, root, 0, &names));
    CHECK(names.count == 1);
    deallocate_String_vector(&names);
    IS(ZOK, zoo_delete(zh, made, 0));
    IS(ZOK, zoo_delete(zh, root, 1));
    IS(ZNONODE, zoo_exists(zh, root, 0, &stat));
    IS(ZOK, zookeeper_close(zh));
    return 1;
}

static int watches(const char *root) {
    struct events *events = events_new();
    zhandle_t *zh = open_with("", events, NULL), *writer = open_with("", events_new(), NULL);
    char wanted[256];
    struct String_vector names;
    struct Stat stat;
    CHECK(zh && writer);
    IS(ZNONODE, zoo_wexists(zh, root, watcher, events, &stat));
    IS(ZOK, make(writer, root, "1", 0));
    CHECK(until(events, &events->count, 1));
    snprintf(wanted, sizeof wanted, "%d %s", ZOO_CREATED_EVENT, root);
    CHECK(!strcmp(events->seen[0], wanted));
    IS(ZOK, zoo_wget_children(zh, root, watcher, events, &names));
    deallocate_String_vector(&names);
    snprintf(wanted, sizeof wanted, "%s/x", root);
    IS(ZOK, make(writer, wanted, "", 0));
    CHECK(until(events, &events->count, 2));
    snprintf(wanted, sizeof wanted, "%d %s", ZOO_CHILD_EVENT, root);
    CHECK(!strcmp(events->seen[1], wanted));
    zookeeper_close(zh);
    zookeeper_close(writer);
    return 1;
}

static int multi(const char *root) {
    zhandle_t *zh = open_with("", events_new(), NULL);
    zoo_op_t ops[3];
    zoo_op_result_t results[3];
    char made[256];
    struct Stat stat;
    CHECK(zh);
    zoo_create_op_init(&ops[0], root, "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, made, sizeof made);
    zoo_set_op_init(&ops[1], root, "2", 1, 0, &stat);
    zoo_check_op_init(&ops[2], root, 1);
    IS(ZOK, zoo_multi(zh, 3, ops, results));
    CHECK(!strcmp(made, root) && stat.version == 1);
    zoo_delete_op_init(&ops[0], root, -1);
    zoo_check_op_init(&ops[1], root, 7);
    IS(ZNONODE, zoo_multi(zh, 2, ops, results));
    CHECK(results[0].err == ZOK && results[1].err == ZNONODE);
    IS(ZOK, zoo_exists(zh, root, 0, &stat));
    zookeeper_close(zh);
    return 1;
}

static volatile int auth_done;

static void on_auth(int rc, const void *context) {
    (void)context;
    auth_done = rc == ZOK ? 1 : -1;
}

static int acls(const char *root) {
    zhandle_t *ann = open_with("", events_new(), NULL), *bob = open_with("", events_new(), NULL);
    char made[256], data[16];
    int length = sizeof data, waited;
    struct ACL_vector acl;
    struct Stat stat;
    CHECK(ann && bob);
    IS(ZOK, zoo_add_auth(ann, "digest", "ann:apple", 9, on_auth, NULL));
    for (waited = 0; !auth_done && waited < WAIT_MS; waited += 10) usleep(10000);
    CHECK(auth_done == 1);
    IS(ZOK, zoo_create(ann, root, "s", 1, &ZOO_CREATOR_ALL_ACL, 0, made, sizeof made));
    IS(ZNOAUTH, zoo_get(bob, root, 0, data, &length, &stat));
    IS(ZOK, zoo_get_acl(ann, root, &acl, &stat));
    CHECK(acl.count == 1 && !strcmp(acl.data[0].id.scheme, "digest"));
    deallocate_ACL_vector(&acl);
    IS(ZOK, zoo_set_acl(ann, root, 0, &ZOO_READ_ACL_UNSAFE));
    length = sizeof data;
    IS(ZOK, zoo_get(bob, root, 0, data, &length, &stat));
    CHECK(stat.aversion == 1);
    zookeeper_close(ann);
    zookeeper_close(bob);
    return 1;
}

static int session(const char *root) {
    struct events *first_events = events_new(), *again_events = events_new();
    zhandle_t *first = open_with("", first_events, NULL), *again, *observer = open_with("", events_new(), NULL);
    struct Stat stat;
    clientid_t id;
    CHECK(first && observer);
    id = *zoo_client_id(first);
    IS(ZOK, make(first, root, "", ZOO_EPHEMERAL));
    IS(ZOK, zoo_exists(observer, root, 0, &stat));
    CHECK(stat.ephemeralOwner == id.client_id);
    again = open_with("", again_events, &id);
    CHECK(again && zoo_client_id(again)->client_id == id.client_id);
    IS(ZOK, zookeeper_close(again));
    IS(ZNONODE, zoo_exists(observer, root, 0, &stat));
    CHECK(until(first_events, &first_events->expired, 1));
    zookeeper_close(first);
    zookeeper_close(observer);
    return 1;
}

static int chroot_(const char *root) {
    zhandle_t *outside = open_with("", events_new(), NULL), *inside;
    char path[256];
    struct Stat stat;
    CHECK(outside);
    IS(ZOK, make(outside, root, "", 0));
    inside = open_with(root, events_new(), NULL);
    CHECK(inside);
    IS(ZOK, make(inside, "/a", "1", 0));
    snprintf(path, sizeof path, "%s/a", root);
    IS(ZOK, zoo_exists(outside, path, 0, &stat));
    zookeeper_close(inside);
    zookeeper_close(outside);
    return 1;
}

static int answers;

static void on_set(int rc, const struct Stat *stat, const void *context) {
    if (rc == ZOK && stat->version == (int)(long)context) answers++;
}

static int pipeline(const char *root) {
    zhandle_t *zh = open_with("", events_new(), NULL);
    long i;
    int waited;
    CHECK(zh);
    IS(ZOK, make(zh, root, "", 0));
    for (i = 1; i <= 1000; i++) IS(ZOK, zoo_aset(zh, root, "x", 1, -1, on_set, (void *)i));
    for (waited = 0; answers < 1000 && waited < WAIT_MS; waited += 10) usleep(10000);
    CHECK(answers == 1000);
    zookeeper_close(zh);
    return 1;
}

static int ttl(const char *root) {
    zhandle_t *zh = open_with("", events_new(), NULL);
    char made[256];
    struct Stat stat;
    int waited, rc = ZOK;
    CHECK(zh);
    IS(ZOK, zoo_create2_ttl(zh, root, "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_PERSISTENT_WITH_TTL, 600, made, sizeof made, &stat));
    for (waited = 0; rc == ZOK && waited < WAIT_MS; waited += 100) {
        usleep(100000);
        rc = zoo_exists(zh, root, 0, &stat);
    }
    CHECK(rc == ZNONODE);
    zookeeper_close(zh);
    return 1;
}

static const struct { const char *name; int (*run)(const char *); } scenarios[] = {
    {"nodes", nodes}, {"watches", watches}, {"multi", multi}, {"acls", acls},
    {"session", session}, {"chroot", chroot_}, {"pipeline", pipeline}, {"ttl", ttl},
};

int main(int argc, char **argv) {
    size_t i;
    if (argc < 3) return 2;
    host = argv[1];
    zoo_set_debug_level(0);
    for (i = 0; i < sizeof scenarios / sizeof *scenarios; i++) {
        char root[128];
        snprintf(root, sizeof root, "%s-%s", argv[2], scenarios[i].name);
        if (scenarios[i].run(root)) printf("PASSED %s \n", scenarios[i].name);
        else printf("FAILED %s: %s\n", scenarios[i].name, failure);
        fflush(stdout);
    }
    _exit(0);
}
